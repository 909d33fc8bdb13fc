#include "tests/model/connection/connection-script.h"

#include <sstream>

namespace sonda::test
{

std::optional<AgentIndex>
ScriptedAgents::Pick()
{
    for (std::size_t agent = 0; agent < busy.size(); ++agent)
    {
        if (!busy[agent] && !rests[agent])
        {
            busy[agent] = true;
            return static_cast<AgentIndex>(agent);
        }
    }
    return std::nullopt;
}

void
ScriptedAgents::Ended(AgentIndex agent, Ending::Kind kind)
{
    busy[agent] = false;
    rests[agent] = rests[agent] || kind == Ending::Kind::CONNECT_FAILED;
}

void
ScriptedAgents::Come()
{
    rests = {};
}

bool
IsPossible(Happening::Kind kind, ConnectionLife::Stage stage)
{
    using Kind = Happening::Kind;
    using Stage = ConnectionLife::Stage;
    switch (kind)
    {
    case Kind::SERVE:
        return stage == Stage::NEW;
    case Kind::CONNECTED:
    case Kind::CONNECT_FAILED:
    case Kind::ELSEWHERE:
        return stage == Stage::CONNECTING;
    case Kind::MOVED:
    case Kind::HALF_CLOSED_BY_CLIENT:
    case Kind::HALF_CLOSED_BY_SERVER:
    case Kind::FINISHED:
    case Kind::FINISHED_SILENT:
    case Kind::RESET_UNTOUCHED:
    case Kind::RESET_SILENT:
    case Kind::RESET_LATE:
    case Kind::CLIENT_RESET:
    case Kind::CLIENT_VANISHED:
        return stage == Stage::STANDING;
    case Kind::SETTLED:
        return stage == Stage::SETTLING;
    case Kind::GONE:
        return stage < Stage::STANDING;
    case Kind::CUT:
        return stage != Stage::ENDED;
    default:
        return true;
    }
}

std::string
ToText(const Sequence& sequence)
{
    std::ostringstream text;
    for (const Happening& happening : sequence)
    {
        text << static_cast<int>(happening.kind) << '.' << happening.who << ' ';
    }
    return text.str();
}

std::string
ToText(const Told& told)
{
    std::ostringstream text;
    text << told.what << " client " << told.who << " agent " << told.agent << " detail "
         << told.detail << " time " << told.time;
    return text.str();
}

Told
ToldEnding(AgentIndex agent, const Ending& ending)
{
    const int detail = static_cast<int>(ending.kind) * 4 + ending.good * 2 + ending.silent;
    return {'E', -1, static_cast<int>(agent), detail};
}

Told
ToldEnd(int who, const ConnectionEnd& end)
{
    const int by = end.by ? static_cast<int>(*end.by) : 2;
    const int detail = static_cast<int>(end.how) * 1000 + by * 100 +
                       static_cast<int>(end.retries) * 2 + (end.good ? 1 : 0);
    const std::int64_t stood = end.stood ? end.stood->time_since_epoch().count() : 0;
    return {'X', who, end.agent ? static_cast<int>(*end.agent) : -1, detail, stood};
}

ScriptedDispatcher::ScriptedDispatcher(const ConnectionRules& rules, bool holdsBack)
    : m_dispatcher(*this, *this, rules),
      m_lives{{ConnectionLife(Instant{}), ConnectionLife(Instant{})}}
{
    agents.holdsBack = holdsBack;
}

void
ScriptedDispatcher::Do(const Happening& happening, Instant now)
{
    Befall(happening, now);
    while (ConnectionLife* life = m_dispatcher.HasNext() ? m_dispatcher.Next(now) : nullptr)
    {
        told.push_back({'N', Who(*life), static_cast<int>(life->Agent())});
    }
}

void
ScriptedDispatcher::Befall(const Happening& happening, Instant now)
{
    using Kind = Happening::Kind;
    using How = ConnectionEnd::How;
    ConnectionLife& life = m_lives[static_cast<std::size_t>(happening.who)];
    switch (happening.kind)
    {
    case Kind::SERVE:
        return m_dispatcher.Serve(life, now);
    case Kind::CONNECTED:
        return m_dispatcher.OnConnected(life, now);
    case Kind::CONNECT_FAILED:
        return m_dispatcher.OnConnectFailed(life, now);
    case Kind::ELSEWHERE:
        return m_dispatcher.PickAnother(life, now);
    case Kind::MOVED:
        return m_dispatcher.OnMoved(life, now);
    case Kind::HALF_CLOSED_BY_CLIENT:
        return m_dispatcher.OnHalfClosed(life, Side::CLIENT, now);
    case Kind::HALF_CLOSED_BY_SERVER:
        return m_dispatcher.OnHalfClosed(life, Side::SERVER, now);
    case Kind::FINISHED:
    case Kind::FINISHED_SILENT:
        return m_dispatcher.OnFinished(life, happening.kind == Kind::FINISHED_SILENT, now);
    case Kind::RESET_UNTOUCHED:
    case Kind::RESET_SILENT:
    case Kind::RESET_LATE:
        return m_dispatcher.OnAborted(life,
                                      Side::SERVER,
                                      happening.kind == Kind::RESET_UNTOUCHED,
                                      happening.kind != Kind::RESET_LATE,
                                      now);
    case Kind::CLIENT_RESET:
        return m_dispatcher.OnAborted(life, Side::CLIENT, false, true, now);
    case Kind::SETTLED:
        return m_dispatcher.OnSettled(life, now);
    case Kind::GONE:
        return m_dispatcher.End(life, How::GONE, Side::CLIENT, now);
    case Kind::CUT:
        return m_dispatcher.End(life, How::CUT, std::nullopt, now);
    case Kind::CLIENT_VANISHED:
        return m_dispatcher.End(life, How::VANISHED, Side::CLIENT, now);
    case Kind::AGENTS_COME:
        agents.Come();
        return m_dispatcher.OnFree();
    case Kind::DELIVERY_TURNS:
        delivered = !delivered;
        return;
    default:
        return m_dispatcher.OnTime(now);
    }
}

int
ScriptedDispatcher::Who(const ConnectionLife& life) const
{
    return static_cast<int>(&life - m_lives.data());
}

Picked
ScriptedDispatcher::Pick(ConnectionLife& life, Instant now)
{
    const auto agent = agents.Pick();
    told.push_back({'P', Who(life), agent ? static_cast<int>(*agent) : -1});
    return {agent, now, !agent && agents.holdsBack};
}

void
ScriptedDispatcher::Connected(AgentIndex agent, Instant dispatched, Instant)
{
    told.push_back({'C', -1, static_cast<int>(agent), 0, dispatched.time_since_epoch().count()});
}

void
ScriptedDispatcher::Ended(AgentIndex agent, Instant dispatched, const Ending& ending, Instant)
{
    agents.Ended(agent, ending.kind);
    told.push_back(ToldEnding(agent, ending));
    told.back().time = dispatched.time_since_epoch().count();
}

void
ScriptedDispatcher::OnWaiting(ConnectionLife& life)
{
    told.push_back({'W', Who(life)});
}

void
ScriptedDispatcher::OnRetry(ConnectionLife& life, Retry why, Instant)
{
    told.push_back({'R', Who(life), -1, static_cast<int>(why)});
}

bool
ScriptedDispatcher::HasDelivered(ConnectionLife&)
{
    return delivered;
}

void
ScriptedDispatcher::OnEnded(ConnectionLife& life, const ConnectionEnd& end)
{
    told.push_back(ToldEnd(Who(life), end));
}

} // namespace sonda::test

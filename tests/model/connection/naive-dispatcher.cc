#include "tests/model/connection/naive-dispatcher.h"

#include <algorithm>

namespace sonda::test
{

NaiveDispatcher::NaiveDispatcher(const ConnectionRules& rules, bool holdsBack, Fault fault)
    : m_rules(rules),
      m_fault(fault)
{
    m_agents.holdsBack = holdsBack;
}

bool
NaiveDispatcher::IsFull() const
{
    const auto open =
        std::count_if(m_clients.begin(),
                      m_clients.end(),
                      [](const Client& c) { return c.admitted && c.stage != Stage::ENDED; });
    return m_rules.mostConnections > 0 && !Has(Fault::LIMIT_UNHEEDED) &&
           open >= static_cast<int>(m_rules.mostConnections);
}

/** \return the client at \p stage that has stood in its line for longest; -1: none does. */
int
NaiveDispatcher::FirstWaiting(Stage stage) const
{
    int first = -1;
    for (int who = 0; who < SCRIPTED_CLIENTS; ++who)
    {
        const Client& client = m_clients[static_cast<std::size_t>(who)];
        if (client.stage != stage || client.ticket == 0)
        {
            continue;
        }
        const auto rank = [this](int which)
        {
            const Client& c = m_clients[static_cast<std::size_t>(which)];
            return std::pair(c.waitBy.value_or(Instant::max()), c.ticket);
        };
        const bool isBefore = Has(Fault::LAST_COME_FIRST_SERVED)
                                  ? rank(who) > rank(std::max(first, 0))
                                  : rank(who) < rank(std::max(first, 0));
        first = first < 0 || isBefore ? who : first;
    }
    return first;
}

void
NaiveDispatcher::SetDue(Client& client, std::optional<Instant> due)
{
    client.due = due;
    client.dueTicket = ++m_tickets;
}

void
NaiveDispatcher::Serve(int who, Instant now)
{
    if (IsFull() || FirstWaiting(Stage::NEW) >= 0)
    {
        At(who).ticket = ++m_tickets;
        return;
    }
    Admit(who, now);
}

void
NaiveDispatcher::Admit(int who, Instant now)
{
    Client& client = At(who);
    client.ticket = 0;
    client.admitted = true;
    client.serverBy = Later(now, m_rules.Unserved());
    if (FirstWaiting(Stage::WAITING) >= 0)
    {
        Wait(who, std::max(m_rules.queue, m_rules.heldBack), now);
        m_isFree = true;
        return;
    }
    Ask(who, now);
}

void
NaiveDispatcher::Ask(int who, Instant now)
{
    Client& client = At(who);
    if (*client.serverBy <= now)
    {
        Over(who, How::NO_AGENT, std::nullopt, now);
        return;
    }
    const auto agent = m_agents.Pick();
    told.push_back({'P', who, agent ? static_cast<int>(*agent) : -1});
    if (!agent)
    {
        Wait(who, m_agents.holdsBack ? m_rules.heldBack : m_rules.queue, now);
        return;
    }
    client.agent = static_cast<int>(*agent);
    client.out = true;
    client.begin = true;
    client.dispatched = now;
    client.stage = Stage::CONNECTING;
    client.ticket = 0;
    SetDue(client, std::min(Later(now, m_rules.connect), *client.serverBy));
}

void
NaiveDispatcher::Wait(int who, Duration patience, Instant now)
{
    Client& client = At(who);
    if (Has(Fault::WAITS_ANEW))
    {
        client.waitBy.reset();
        client.stage = client.stage == Stage::WAITING ? Stage::CONNECTING : client.stage;
    }
    if (!client.waitBy && patience > Duration(0) && !Has(Fault::TURNS_AWAY_AT_ONCE))
    {
        client.waitBy = std::min(Later(now, patience), *client.serverBy);
        told.push_back({'W', who});
    }
    if (!client.waitBy || *client.waitBy <= now)
    {
        Over(who, How::NO_AGENT, std::nullopt, now);
        return;
    }
    if (client.stage != Stage::WAITING)
    {
        client.stage = Stage::WAITING;
        client.ticket = ++m_tickets;
        SetDue(client, client.waitBy);
    }
    m_look = m_look.value_or(Later(now, m_rules.look));
}

void
NaiveDispatcher::TellEnding(int who, Ending ending)
{
    Client& client = At(who);
    if (!client.out)
    {
        return;
    }
    const bool silentReset = ending.silent && !ending.good;
    ending.silent = ending.silent && !(Has(Fault::EARLY_RESET_UNSEEN) && silentReset) &&
                    !(Has(Fault::EMPTY_END_UNSEEN) && ending.good);
    if (Has(Fault::REFUSAL_IS_A_COMPLETION) && ending.kind == Ending::Kind::CONNECT_FAILED)
    {
        ending.kind = Ending::Kind::COMPLETED;
    }
    client.out = false;
    const bool isAwaited = FirstWaiting(Stage::WAITING) >= 0;
    m_isFree = m_isFree || (isAwaited && !Has(Fault::RELEASED_BY_LOOKING_ONLY));
    const auto agent = static_cast<AgentIndex>(client.agent);
    m_agents.Ended(agent, ending.kind);
    told.push_back(ToldEnding(agent, ending));
    told.back().time = client.dispatched.time_since_epoch().count();
    if (Has(Fault::ENDS_BY_DISPATCH) && ending.kind == Ending::Kind::COMPLETED)
    {
        told.push_back({'X', who});
    }
}

void
NaiveDispatcher::Again(int who, Retry why, Instant now)
{
    Client& client = At(who);
    client.retries += why != Retry::ELSEWHERE && !Has(Fault::RETRIES_NOT_COUNTED);
    client.stage = Stage::CONNECTING;
    client.begin = false;
    client.endedFirst.reset();
    if (!Has(Fault::NAMES_WHO_NEVER_STOOD))
    {
        client.stood.reset();
    }
    client.serverBy = client.serverBy.value_or(Later(now, m_rules.Unserved()));
    told.push_back({'R', who, -1, static_cast<int>(why)});
    Ask(who, now);
}

void
NaiveDispatcher::Abort(int who, Side gone, bool untouched, bool silent, Instant now)
{
    Client& client = At(who);
    const bool byServer = gone == Side::SERVER;
    Ending ending{Ending::Kind::COMPLETED};
    ending.good = (!byServer && !Has(Fault::CLIENT_RESET_IS_BAD)) ||
                  (byServer && Has(Fault::SERVER_RESET_IS_GOOD));
    ending.silent = byServer && silent;
    if (!Has(Fault::SETTLED_AT_THE_END))
    {
        TellEnding(who, ending);
    }
    const bool mayRetry = client.retries < static_cast<int>(m_rules.retriesAfterReset) ||
                          Has(Fault::RETRIED_FOR_EVER);
    untouched = untouched || Has(Fault::TOUCHED_IS_RETRIED);
    if (byServer && untouched && mayRetry && !Has(Fault::EARLY_RESET_NOT_RETRIED))
    {
        Again(who, Retry::RESET, now);
        return;
    }
    client.stage = Stage::SETTLING;
    client.gone = gone;
    client.settleBy = Later(now, m_rules.halfClosed);
    Look(who, now);
    if (Has(Fault::SETTLED_AT_THE_END))
    {
        TellEnding(who, ending);
    }
}

void
NaiveDispatcher::Look(int who, Instant now)
{
    Client& client = At(who);
    if (now < client.settleBy && !m_delivered && !Has(Fault::RESET_BEFORE_DELIVERY))
    {
        SetDue(client, now + std::chrono::milliseconds(10));
        return;
    }
    Over(who, How::RESET, client.gone, now);
}

void
NaiveDispatcher::Over(int who, How how, std::optional<Side> by, Instant now)
{
    Client& client = At(who);
    const bool good = how == How::FINISHED || (client.stood && by == Side::CLIENT);
    Ending ending{client.stage == Stage::CONNECTING ? Ending::Kind::ABANDONED
                                                    : Ending::Kind::COMPLETED};
    ending.good =
        ending.kind == Ending::Kind::COMPLETED && (good || (Has(Fault::IDLE_IS_GOOD) && !by));
    if (Has(Fault::GONE_IS_A_SUCCESS) && how == How::GONE)
    {
        ending = {Ending::Kind::COMPLETED, Duration(0), true};
    }
    TellEnding(who, ending);
    client.stage = Stage::ENDED;
    client.begin = false;
    ConnectionEnd end{};
    end.how = how;
    end.by = by;
    end.ended = now;
    end.stood = client.stood;
    if (client.stood)
    {
        end.agent = static_cast<AgentIndex>(client.agent);
    }
    end.retries = static_cast<std::uint32_t>(client.retries);
    end.good = good;
    told.push_back(ToldEnd(who, end));
}

} // namespace sonda::test

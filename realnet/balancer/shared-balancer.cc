#include "realnet/balancer/shared-balancer.h"

#include "realnet/common/clock.h"

#include <nlohmann/json.hpp>

namespace sonda
{

namespace
{

/** What a control thread that is held up for a tenth of a second may find at 10,000 dispatches/s.
 */
constexpr std::size_t MOST_WANTED = 4096;

/** A process has fewer addresses and ports; more than these are learnt again when it comes to it.
 */
constexpr std::size_t MOST_OWN = 1024;

} // namespace

SharedBalancer::SharedBalancer(Formula formula,
                               std::unique_ptr<Policy> policy,
                               TableTiming timing,
                               std::uint64_t seed)
    : m_balancer(std::move(formula), std::move(policy), timing),
      m_random(seed)
{
    m_balancer.SetObserver(
        [this](const Transition& transition)
        {
            AgentEvent event = MakeEvent(transition.agent);
            event.from = transition.from;
            event.to = transition.to;
            m_events.push_back(std::move(event));
            if (transition.to == Freshness::REMOVED)
            {
                const AgentStatus& status = m_balancer.Table().Get(transition.agent);
                Tell([&](BalancerWitness& w) { w.OnDeparting(transition.agent, status); });
                Tell([&](BalancerWitness& w) { w.OnRemoved(transition.agent); });
            }
        });
    m_balancer.SetNoticeObserver([this](const TableNotice& notice) { TakeNotice(notice); });
}

AgentEvent
SharedBalancer::MakeEvent(AgentIndex agent) const
{
    const AgentStatus& status = m_balancer.Table().Get(agent);
    AgentEvent event;
    event.id = status.id;
    event.server = status.server;
    event.from = status.freshness;
    event.to = status.freshness;
    event.agent = agent;
    event.origin = status.origin;
    event.hasLeft = HasLeft(status);
    event.restingReports = status.restingReports;
    event.restReason = status.restReason;
    event.row = status.restReason == RestReason::EARLY_RESETS ? status.earlyResetsInARow
                                                              : status.emptyEndsInARow;
    return event;
}

void
SharedBalancer::TakeNotice(const TableNotice& notice)
{
    using Kind = TableNotice::Kind;
    const bool isOfTable = notice.kind == Kind::PANIC || notice.kind == Kind::CALM;
    AgentEvent event = isOfTable ? AgentEvent{} : MakeEvent(notice.agent);
    event.notice = notice;
    // A connect that failed has its line already, with the error.
    if (event.restReason != RestReason::CONNECT || notice.kind != Kind::RESTS)
    {
        m_events.push_back(std::move(event));
    }
    if (notice.kind == Kind::REPLACED)
    {
        KeepDrained(notice.agent, notice.before);
    }
}

/** The operator has taken out a server, whoever speaks for it. */
void
SharedBalancer::KeepDrained(AgentIndex agent, const std::string& before)
{
    if (m_balancer.Table().Get(agent).drained && m_drained.erase(before) > 0)
    {
        m_drained.insert(m_balancer.Table().Get(agent).id);
    }
}

void
SharedBalancer::AddWitness(BalancerWitness& witness, ScoreTrace* trace)
{
    m_witnesses.push_back(&witness);
    m_isEndWanted = m_isEndWanted || witness.WantsConnectionEnds();
    if (trace != nullptr)
    {
        m_balancer.SetTrace(trace);
    }
}

SharedBalancer::Answer
SharedBalancer::Dispatch(Turn turn, std::size_t line)
{
    Answer answer;
    bool wake = false;
    {
        const std::lock_guard lock(m_mutex);
        answer.at = Now();
        if (!m_lines.MayAsk(turn, line))
        {
            return answer;
        }
        answer.target = DispatchLocked(answer.at);
        answer.heldBack = !answer.target && m_balancer.HoldsBack();
        wake = answer.target && WantProbes(answer.at);
    }
    if (wake)
    {
        m_wake();
    }
    return answer;
}

/** \return whether the control thread is to be woken. */
bool
SharedBalancer::WantProbes(Instant now)
{
    const std::size_t before = m_wanted.size();
    m_balancer.WantedProbes(now, m_random, m_wanted);
    if (m_wanted.size() > MOST_WANTED)
    {
        m_wantedLost += m_wanted.size() - MOST_WANTED;
        m_wanted.resize(MOST_WANTED);
    }
    return before == 0 && !m_wanted.empty() && m_wake;
}

void
SharedBalancer::TakeWantedProbes(std::vector<AgentIndex>& to)
{
    to.clear();
    const std::lock_guard lock(m_mutex);
    m_wanted.swap(to);
}

std::uint64_t
SharedBalancer::WantedProbesLost() const
{
    const std::lock_guard lock(m_mutex);
    return m_wantedLost;
}

std::optional<Target>
SharedBalancer::DispatchLocked(Instant now)
{
    const auto agent = m_balancer.Dispatch(now, m_random);
    Tell([&](BalancerWitness& w) { w.OnDispatch(m_balancer, agent, now); });
    if (!agent)
    {
        return std::nullopt;
    }
    const AgentStatus& status = m_balancer.Table().Get(*agent);
    return Target{*agent, SocketAddress(status.server), status.id};
}

void
SharedBalancer::Connected(AgentIndex agent, Instant dispatched)
{
    const std::lock_guard lock(m_mutex);
    m_balancer.Connected(agent);
    if (!m_witnesses.empty())
    {
        const Duration time = Now() - dispatched;
        Tell([&](BalancerWitness& w) { w.OnConnected(agent, time); });
    }
}

void
SharedBalancer::Ended(AgentIndex agent, Instant dispatched, const Ending& ending, std::size_t line)
{
    WakeAfter(
        [&]
        {
            const Instant now = Now();
            Ending timed = ending;
            timed.latency = now - dispatched;
            switch (ending.kind)
            {
            case Ending::Kind::COMPLETED:
                Tell([&](BalancerWitness& w)
                     { w.OnCompleted(agent, timed.latency, ending.good, now); });
                break;
            case Ending::Kind::CONNECT_FAILED:
                Tell([&](BalancerWitness& w) { w.OnConnectFailed(agent, now); });
                break;
            case Ending::Kind::ABANDONED:
                Tell([&](BalancerWitness& w) { w.OnAbandoned(agent, now); });
                break;
            }
            m_balancer.Ended(agent, timed, now);
            return m_lines.FirstBut(line);
        });
}

void
SharedBalancer::ConnectionEnded(const ConnectionEnd& end)
{
    if (m_isEndWanted)
    {
        const std::lock_guard lock(m_mutex);
        Tell([&](BalancerWitness& w) { w.OnConnectionEnded(end); });
    }
}

void
SharedBalancer::Bar(AgentIndex agent)
{
    const std::lock_guard lock(m_mutex);
    const Endpoint& server = m_balancer.Table().Get(agent).server;
    if (m_own.size() < MOST_OWN)
    {
        m_own.emplace(server.address, server.port);
    }
    m_balancer.SetBarred(agent, true, Now());
}

std::size_t
SharedBalancer::AddLine(WaitingLines::Wake wake)
{
    const std::lock_guard lock(m_mutex);
    return m_lines.Add(std::move(wake));
}

void
SharedBalancer::SetLine(std::size_t line, std::optional<Instant> waitBy)
{
    WakeAfter([&] { return m_lines.Set(line, waitBy); });
}

/** Something may have become free elsewhere than by an end. */
void
SharedBalancer::WakeFirst()
{
    WakeAfter([this] { return m_lines.FirstBut(WaitingLines::NO_LINE); });
}

void
SharedBalancer::Replace(Formula formula, std::unique_ptr<Policy> policy)
{
    {
        const std::lock_guard lock(m_mutex);
        m_balancer.Replace(std::move(formula), std::move(policy), Now());
    }
    WakeFirst();
}

void
SharedBalancer::SetTiming(TableTiming timing)
{
    const std::lock_guard lock(m_mutex);
    m_balancer.SetTiming(timing, Now());
}

void
SharedBalancer::SetRules(TableRules rules)
{
    {
        const std::lock_guard lock(m_mutex);
        m_balancer.SetRules(rules, Now());
    }
    WakeFirst();
}

SharedBalancer::Standing
SharedBalancer::GetStanding() const
{
    const std::lock_guard lock(m_mutex);
    const StatusTable& table = m_balancer.Table();
    return {table.InPanic(), table.IsFull(), table.OnFloor(), table.GetCounters()};
}

} // namespace sonda

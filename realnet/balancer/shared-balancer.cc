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
    if (trace != nullptr)
    {
        m_balancer.SetTrace(trace);
    }
}

std::optional<Target>
SharedBalancer::Dispatch()
{
    std::optional<Target> target;
    bool wake = false;
    {
        const std::lock_guard lock(m_mutex);
        const Instant now = Now();
        target = DispatchLocked(now);
        wake = target && WantProbes(now);
    }
    if (wake)
    {
        m_wake();
    }
    return target;
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
SharedBalancer::ConnectFailed(AgentIndex agent)
{
    const std::lock_guard lock(m_mutex);
    const Instant now = Now();
    Tell([&](BalancerWitness& w) { w.OnConnectFailed(agent, now); });
    m_balancer.ConnectFailed(agent, now);
}

void
SharedBalancer::Abandon(AgentIndex agent)
{
    const std::lock_guard lock(m_mutex);
    const Instant now = Now();
    Tell([&](BalancerWitness& w) { w.OnAbandoned(agent, now); });
    m_balancer.Abandon(agent, now);
}

void
SharedBalancer::OwnAddress(AgentIndex agent)
{
    const std::lock_guard lock(m_mutex);
    const Instant now = Now();
    const Endpoint& server = m_balancer.Table().Get(agent).server;
    if (m_own.size() < MOST_OWN)
    {
        m_own.emplace(server.address, server.port);
    }
    m_balancer.SetBarred(agent, true, now);
    Tell([&](BalancerWitness& w) { w.OnAbandoned(agent, now); });
    m_balancer.Abandon(agent, now);
}

void
SharedBalancer::Complete(AgentIndex agent, Instant dispatched, bool good)
{
    const std::lock_guard lock(m_mutex);
    const Instant now = Now();
    Tell([&](BalancerWitness& w) { w.OnCompleted(agent, now - dispatched, good, now); });
    m_balancer.Complete(agent, now - dispatched, good, now);
}

void
SharedBalancer::Replace(Formula formula, std::unique_ptr<Policy> policy)
{
    const std::lock_guard lock(m_mutex);
    m_balancer.Replace(std::move(formula), std::move(policy), Now());
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
    const std::lock_guard lock(m_mutex);
    m_balancer.SetRules(rules, Now());
}

void
SharedBalancer::EarlyReset(AgentIndex agent)
{
    const std::lock_guard lock(m_mutex);
    m_balancer.EarlyReset(agent, Now());
}

void
SharedBalancer::EmptyEnd(AgentIndex agent)
{
    const std::lock_guard lock(m_mutex);
    m_balancer.EmptyEnd(agent, Now());
}

SharedBalancer::Standing
SharedBalancer::GetStanding() const
{
    const std::lock_guard lock(m_mutex);
    const StatusTable& table = m_balancer.Table();
    return {table.InPanic(), table.IsFull(), table.OnFloor(), table.GetCounters()};
}

} // namespace sonda

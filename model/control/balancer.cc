#include "model/control/balancer.h"

#include <limits>
#include <utility>

namespace sonda
{

namespace
{

TableTiming
TimingFor(const Policy& policy, TableTiming timing)
{
    if (!policy.Expires())
    {
        constexpr double never = std::numeric_limits<double>::infinity();
        timing.staleAfter = never;
        timing.deadAfter = never;
        timing.removedAfter = never;
    }
    return timing;
}

} // namespace

Balancer::Balancer(Formula formula, std::unique_ptr<Policy> policy, TableTiming timing)
    : m_timing(timing),
      m_table(std::move(formula), TimingFor(*policy, timing)),
      m_policy(std::move(policy))
{
    m_table.SetObserver(
        [this](const Transition& change)
        {
            if (change.to == Freshness::REMOVED)
            {
                m_policy->OnRemoved(change.agent);
            }
            if (m_observer)
            {
                m_observer(change);
            }
        });
}

Expected<AgentIndex, Refusal>
Balancer::Update(const Observation& observation, Instant now)
{
    auto agent = m_table.Update(observation, now);
    if (agent)
    {
        // An answer that was overtaken has told the table nothing of the agent's load.
        if (m_table.Get(*agent).takenAt == observation.TakenAt(now))
        {
            m_policy->OnReport(m_table, *agent, now);
        }
        if (observation.notice && observation.report.state == ServerState::READY)
        {
            m_policy->OnNotice(m_table, *agent, now);
        }
    }
    return agent;
}

void
Balancer::SetObserver(StatusTable::Observer observer)
{
    m_observer = std::move(observer);
}

void
Balancer::Replace(Formula formula, std::unique_ptr<Policy> policy, Instant now)
{
    m_table.SetFormula(std::move(formula), now);
    m_policy = std::move(policy);
    SetTiming(m_timing, now);
    for (const AgentIndex agent : m_table.All())
    {
        m_policy->OnReport(m_table, agent, now);
        for (std::uint32_t i = 0; i < m_table.Get(agent).inFlight; ++i)
        {
            m_policy->OnDispatch(m_table, agent, now);
        }
    }
}

void
Balancer::SetTiming(TableTiming timing, Instant now)
{
    m_timing = timing;
    m_table.SetTiming(TimingFor(*m_policy, timing), now);
}

void
Balancer::SetRules(TableRules rules, Instant now)
{
    m_table.SetRules(rules, now);
}

void
Balancer::WantedProbes(Instant now, RandomStream& random, std::vector<AgentIndex>& to)
{
    m_policy->WantedProbes(m_table, now, random, to);
}

void
Balancer::SetDrained(AgentIndex agent, bool drained, Instant now)
{
    m_table.SetDrained(agent, drained, now);
}

void
Balancer::SetBarred(AgentIndex agent, bool barred, Instant now)
{
    m_table.SetBarred(agent, barred, now);
}

void
Balancer::SetTrace(ScoreTrace* trace)
{
    m_trace = trace;
}

void
Balancer::Advance(Instant now)
{
    m_table.Advance(now);
}

/** Scores that are asked for outside of this are nobody's look: the trace is attached only here. */
std::optional<AgentIndex>
Balancer::Pick(Instant now, RandomStream& random)
{
    if (m_trace == nullptr)
    {
        return m_policy->Pick(m_table, now, random);
    }
    m_trace->Clear();
    m_table.SetTrace(m_trace);
    const auto agent = m_policy->Pick(m_table, now, random);
    m_table.SetTrace(nullptr);
    return agent;
}

std::optional<AgentIndex>
Balancer::Dispatch(Instant now, RandomStream& random)
{
    m_table.Advance(now);
    const auto agent = PickSparing(now, random);
    if (agent)
    {
        m_table.OnDispatch(*agent, now);
        m_policy->OnDispatch(m_table, *agent, now);
    }
    return agent;
}

void
Balancer::Connected(AgentIndex agent)
{
    m_table.OnConnected(agent);
}

void
Balancer::Ended(AgentIndex agent, const Ending& ending, Instant now)
{
    switch (ending.kind)
    {
    case Ending::Kind::COMPLETED:
        if (ending.silent)
        {
            ending.good ? m_table.OnEmptyEnd(agent, now) : m_table.OnEarlyReset(agent, now);
        }
        m_table.OnCompletion(agent, ending.latency, ending.good, now);
        break;
    case Ending::Kind::CONNECT_FAILED:
        m_table.OnConnectFailure(agent, now);
        break;
    case Ending::Kind::ABANDONED:
        m_table.OnAbandon(agent, now);
        break;
    }
    m_policy->OnCompletion(m_table, agent, ending, now);
    if (ending.kind != Ending::Kind::ABANDONED)
    {
        m_table.Advance(now);
    }
}

} // namespace sonda

#include "realnet/admin/live-figures.h"

#include <algorithm>

namespace sonda
{

void
LiveFigures::OnDispatch(const Balancer& balancer, std::optional<AgentIndex> agent, Instant now)
{
    if (!agent)
    {
        return; // counted by the proxy; there is nothing to explain
    }
    Decision& decision = m_ring[m_decided++ % DECISIONS];
    decision.at = now;
    decision.agent = *agent;
    decision.candidates = static_cast<std::uint32_t>(balancer.Table().Candidates().size());
    decision.looked = static_cast<std::uint32_t>(m_trace.Looked());
    decision.indexed = m_trace.Indexed();
    decision.kept = 0;
    double bestRank = 0;
    double ownRank = 0;
    bool seen = false;
    for (const ScoreTrace::Entry& entry : m_trace)
    {
        bestRank = decision.kept == 0 ? entry.rank : std::min(bestRank, entry.rank);
        if (entry.agent == *agent)
        {
            seen = true;
            ownRank = entry.rank;
        }
        decision.looks[decision.kept++] = {entry.agent, entry.score};
    }
    // The index names equals: whichever of them was taken is among the best.
    decision.best = decision.indexed || (seen && ownRank <= bestRank);
}

void
LiveFigures::OnConnected(AgentIndex agent, Duration time)
{
    m_times[agent]->connect.Observe(ToSeconds(time));
}

void
LiveFigures::OnConnectFailed(AgentIndex, Instant)
{
}

void
LiveFigures::OnAbandoned(AgentIndex, Instant)
{
}

void
LiveFigures::OnCompleted(AgentIndex agent, Duration time, bool, Instant)
{
    m_times[agent]->connection.Observe(ToSeconds(time));
}

void
LiveFigures::OnReported(const Balancer&, AgentIndex agent, const Observation& observation, Instant)
{
    if (m_times.size() <= agent)
    {
        m_times.resize(agent + 1);
    }
    if (!m_times[agent])
    {
        const bool isAlone = agent < MOST_AGENTS_WITH_SERIES;
        if (!isAlone && !m_otherTimes)
        {
            m_otherTimes = std::make_shared<AgentTimes>();
        }
        m_times[agent] = isAlone ? std::make_shared<AgentTimes>() : m_otherTimes;
    }
    if (!observation.notice)
    {
        m_times[agent]->probeRtt.Observe(ToSeconds(observation.Rtt()));
    }
}

void
LiveFigures::OnDeparting(AgentIndex agent, const AgentStatus& status)
{
    if (agent < MOST_AGENTS_WITH_SERIES)
    {
        return; // its series ends
    }
    m_departed.picks += status.dispatches;
    m_departed.completions += status.completions;
    m_departed.failures += status.failures;
    m_departed.connectFailures += status.connectFailures;
    m_departed.endedEmpty += status.endedEmpty;
    m_departed.reports += status.reports;
    ++m_departed.agents;
}

void
LiveFigures::OnRemoved(AgentIndex agent)
{
    m_times[agent].reset();
    for (Decision& decision : m_ring)
    {
        decision.agent = decision.agent == agent ? Decision::GONE : decision.agent;
        for (Decision::Look& look : decision.looks)
        {
            look.agent = look.agent == agent ? Decision::GONE : look.agent;
        }
    }
}

std::vector<Decision>
LiveFigures::Decisions() const
{
    std::vector<Decision> decisions;
    const std::uint64_t count = std::min<std::uint64_t>(m_decided, DECISIONS);
    for (std::uint64_t i = 0; i < count; ++i)
    {
        decisions.push_back(m_ring[(m_decided - 1 - i) % DECISIONS]);
    }
    return decisions;
}

std::shared_ptr<const AgentTimes>
LiveFigures::TimesOf(AgentIndex agent) const
{
    return m_times.at(agent);
}

} // namespace sonda

#include "model/table/status-table.h"

#include <algorithm>
#include <cassert>

/** What the table learns from the connections that were dispatched. */
namespace sonda
{

namespace
{

/** An agent that rests longer than this would be back later than a rebooted one. */
constexpr std::uint32_t MOST_RESTING_REPORTS = 8;

} // namespace

void
StatusTable::OnDispatch(AgentIndex agent, Instant)
{
    AgentStatus& status = *m_agents[agent];
    ++status.dispatches;
    ++status.inFlight;
}

void
StatusTable::OnConnected(AgentIndex agent)
{
    m_agents[agent]->failedInARow = 0;
}

void
StatusTable::OnConnectFailure(AgentIndex agent, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    ++status.connectFailures;
    // An agent that rests already is refusing connections dispatched earlier: no new failure.
    if (status.restingReports == 0)
    {
        const std::uint32_t doubled = 1U << std::min(status.failedInARow, 31U);
        status.restingReports = std::min(doubled, MOST_RESTING_REPORTS);
        ++status.failedInARow;
        RefreshCandidate(agent, now);
    }
    OnCompletion(agent, Duration(0), false, now);
}

void
StatusTable::OnCompletion(AgentIndex agent, Duration latency, bool good, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    if (good)
    {
        ++status.completions;
        status.latency.Add(ToSeconds(latency), now);
    }
    else
    {
        ++status.failures;
        status.recentFailures.Add(1, now);
    }
    EndDispatch(agent, now);
}

void
StatusTable::OnAbandon(AgentIndex agent, Instant now)
{
    ++m_agents[agent]->abandoned;
    EndDispatch(agent, now);
}

void
StatusTable::EndDispatch(AgentIndex agent, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    assert(status.inFlight > 0);
    --status.inFlight;
    const bool overdue = status.freshness == Freshness::DEAD && !m_expiryOf[agent];
    if (overdue && status.inFlight == 0)
    {
        // Not removed here: the caller may still want to look at it.
        ScheduleExpiry(agent, now);
    }
}

} // namespace sonda

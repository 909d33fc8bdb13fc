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
StatusTable::OnDispatch(AgentIndex agent, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    ++status.dispatches;
    ++status.sent;
    ++m_totalInFlight;
    status.dispatchedAt = now;
    if (m_uses.waiting)
    {
        status.estimates.waiting.Begin(now);
    }
    if (++status.inFlight == m_rules.mostInFlight)
    {
        PlaceCandidate(agent, now);
    }
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
        Rest(status, status.failedInARow);
        ++status.failedInARow;
        RefreshCandidate(agent, now);
    }
    CountFailure(status, now);
    EndDispatch(agent, std::nullopt, now);
}

/** Makes the agent rest, twice as long with every failure. */
void
StatusTable::Rest(AgentStatus& status, std::uint32_t failuresBefore)
{
    const std::uint32_t doubled = 1U << std::min(failuresBefore, 31U);
    status.restingReports = std::min(doubled, MOST_RESTING_REPORTS);
}

void
StatusTable::OnEarlyReset(AgentIndex agent, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    // As with failed connects: what was dispatched before the rest changes nothing.
    if (m_rules.earlyResetsToRest == 0 || status.restingReports > 0)
    {
        return;
    }
    if (++status.earlyResetsInARow >= m_rules.earlyResetsToRest)
    {
        Rest(status, status.earlyResetsInARow - m_rules.earlyResetsToRest);
        RefreshCandidate(agent, now);
    }
}

void
StatusTable::OnEmptyEnd(AgentIndex agent, Instant /*now*/)
{
    ++m_agents[agent]->endedEmpty;
}

void
StatusTable::OnCompletion(AgentIndex agent, Duration latency, bool good, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    if (good)
    {
        ++status.completions;
        status.earlyResetsInARow = 0;
        LearnLatency(status, ToSeconds(latency), now);
    }
    else
    {
        CountFailure(status, now);
    }
    EndDispatch(agent, latency, now);
}

void
StatusTable::LearnLatency(AgentStatus& status, double seconds, Instant now)
{
    status.latency.Add(seconds, now);
    if (m_uses.peak)
    {
        status.estimates.peak.Add(seconds, now);
    }
    if (m_uses.steady)
    {
        status.estimates.steady.Add(seconds);
    }
    if (m_uses.mean)
    {
        status.estimates.mean.Add(seconds);
    }
}

void
StatusTable::OnAbandon(AgentIndex agent, Instant now)
{
    ++m_agents[agent]->abandoned;
    EndDispatch(agent, std::nullopt, now);
}

void
StatusTable::CountFailure(AgentStatus& status, Instant now)
{
    ++status.failures;
    status.recentFailures.Add(1, now);
}

void
StatusTable::EndDispatch(AgentIndex agent, std::optional<Duration> since, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    assert(status.inFlight > 0);
    ++status.done;
    --m_totalInFlight;
    if (m_uses.waiting)
    {
        WaitingTime& waiting = status.estimates.waiting;
        since ? waiting.End(*since, now) : waiting.EndOne(now);
    }
    if (status.inFlight-- == m_rules.mostInFlight)
    {
        PlaceCandidate(agent, now);
    }
    const bool overdue = status.freshness == Freshness::DEAD && !m_expiryOf[agent];
    if (overdue && status.inFlight == 0)
    {
        // Not removed here: the caller may still want to look at it.
        ScheduleExpiry(agent, now);
    }
}

} // namespace sonda

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
    AgentStatus& status = *m_agents[agent];
    status.failedInARow = 0;
    status.served = true;
    status.servedUntil = std::max(status.servedUntil, status.dispatchedAt);
}

void
StatusTable::OnConnectFailure(AgentIndex agent, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    ++status.connectFailures;
    // An agent that rests already is refusing connections dispatched earlier: no new failure.
    if (status.restReason != RestReason::CONNECT)
    {
        status.cold = true;
        Rest(agent, RestReason::CONNECT, status.failedInARow, now);
        ++status.failedInARow;
    }
    CountFailure(status, now);
    EndDispatch(agent, std::nullopt, now);
}

/** Makes the agent rest, twice as long with every failure before. */
void
StatusTable::Rest(AgentIndex agent, RestReason reason, std::uint32_t before, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    const std::uint32_t doubled = 1U << std::min(before, 31U);
    status.restingReports = std::min(doubled, MOST_RESTING_REPORTS);
    status.restReason = reason;
    ++m_counters.rests;
    if (reason == RestReason::CONNECT)
    {
        m_clientRests.erase(agent);
    }
    else
    {
        ++m_counters.clientRests;
        m_clientRests.insert(agent);
    }
    RefreshCandidate(agent, now);
    Tell({TableNotice::Kind::RESTS, agent});
}

/** The caller brings the candidates up to date. */
void
StatusTable::EndRest(AgentIndex agent)
{
    AgentStatus& status = *m_agents[agent];
    status.restingReports = 0;
    status.restReason = RestReason::NONE;
    m_clientRests.erase(agent);
    Tell({TableNotice::Kind::RESTED, agent});
}

void
StatusTable::OnEarlyReset(AgentIndex agent, Instant now)
{
    NoteBadEnd(agent, RestReason::EARLY_RESETS, now);
}

void
StatusTable::OnEmptyEnd(AgentIndex agent, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    ++status.endedEmpty;
    ++status.emptyEndsToCome;
    NoteBadEnd(agent, RestReason::EMPTY_ENDS, now);
}

/** A connection that stood and brought nothing. */
void
StatusTable::NoteBadEnd(AgentIndex agent, RestReason reason, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    const bool isReset = reason == RestReason::EARLY_RESETS;
    const std::uint32_t most = isReset ? m_rules.earlyResetsToRest : m_rules.emptyEndsToRest;
    // As with failed connects: what was dispatched before the rest changes nothing.
    if (most == 0 || status.restingReports > 0)
    {
        return;
    }
    std::uint32_t& row = isReset ? status.earlyResetsInARow : status.emptyEndsInARow;
    if (++row >= most)
    {
        status.servedUntil = Instant::min();
        status.doubted = true;
        Rest(agent, reason, row - most, now);
    }
}

void
StatusTable::OnCompletion(AgentIndex agent, Duration latency, bool good, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    const bool isEmpty = status.emptyEndsToCome > 0;
    status.emptyEndsToCome -= isEmpty ? 1 : 0;
    if (good)
    {
        ++status.completions;
        LearnLatency(status, ToSeconds(latency), now);
        if (!isEmpty)
        {
            NoteGoodEnd(agent, now);
        }
    }
    else
    {
        CountFailure(status, now);
    }
    EndDispatch(agent, latency, now);
}

void
StatusTable::NoteGoodEnd(AgentIndex agent, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    status.earlyResetsInARow = 0;
    status.emptyEndsInARow = 0;
    status.servedUntil = now;
    if (m_clientRests.count(agent) > 0)
    {
        EndRest(agent);
        RefreshCandidate(agent, now);
    }
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
    if (status.overdue && status.inFlight == 0)
    {
        // Not removed here: the caller may still want to look at it.
        ScheduleExpiry(agent, now);
    }
}

} // namespace sonda

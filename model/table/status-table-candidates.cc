#include "model/table/status-table.h"

#include <algorithm>

/** Which agents may be picked. */
namespace sonda
{

double
SlowStartShare(const TableRules& rules, Instant since, Instant now)
{
    if (now - since >= rules.slowStart)
    {
        return 1;
    }
    const double progress = ToSeconds(now - since) / ToSeconds(rules.slowStart);
    return rules.slowStartFrom + (1 - rules.slowStartFrom) * progress;
}

void
StatusTable::SetRules(TableRules rules, Instant now)
{
    m_rules = rules;
    for (const AgentIndex agent : All())
    {
        RefreshCandidate(agent, now);
    }
}

void
StatusTable::RefreshCandidate(AgentIndex agent, Instant now)
{
    CountStanding(*m_agents[agent]);
    const bool panic = m_lost > 0 && static_cast<double>(m_live) <
                                         m_rules.panicBelow * static_cast<double>(m_live + m_lost);
    if (panic != m_panic)
    {
        m_panic = panic;
        for (const AgentIndex other : All())
        {
            PlaceCandidate(other, now);
        }
    }
    PlaceCandidate(agent, now);
}

/** Keeps m_live and m_lost, by which panic is told. */
void
StatusTable::CountStanding(AgentStatus& status)
{
    const auto count = [this](Standing standing) -> std::size_t* {
        return standing == Standing::LIVE   ? &m_live
               : standing == Standing::LOST ? &m_lost
                                            : nullptr;
    };
    const bool ready =
        status.report.state == ServerState::READY && !status.drained && !status.barred;
    Standing now = Standing::OUT;
    if (ready && status.freshness < Freshness::DEAD)
    {
        now = Standing::LIVE;
    }
    else if (ready && status.freshness == Freshness::DEAD && status.restingReports == 0)
    {
        now = Standing::LOST;
    }
    if (std::size_t* const before = count(status.standing))
    {
        --*before;
    }
    if (std::size_t* const after = count(now))
    {
        ++*after;
    }
    status.standing = now;
}

void
StatusTable::PlaceCandidate(AgentIndex agent, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    const bool fit = status.restingReports == 0 && (status.standing == Standing::LIVE ||
                                                    (status.standing == Standing::LOST && m_panic));
    if (fit && !status.fit)
    {
        BeginSlowStart(status, now);
    }
    m_fit += (fit ? 1 : 0) - (status.fit ? 1 : 0);
    status.fit = fit;
    const bool isFull = m_rules.mostInFlight > 0 && status.inFlight >= m_rules.mostInFlight;
    SetCandidate(agent, fit && !isFull && !status.heldBack, now);
}

/**
 * The first agents have nobody who could take their connections meanwhile: those that come within
 * an interval after there was none are not spared, and neither are dead ones in a panic.
 */
void
StatusTable::BeginSlowStart(AgentStatus& status, Instant now)
{
    if (m_fit == 0)
    {
        m_firstFit = now;
    }
    const bool isFirst = now - m_firstFit <= m_timing.interval;
    status.fitSince = isFirst || status.standing == Standing::LOST ? now - m_rules.slowStart : now;
}

void
StatusTable::SetCandidate(AgentIndex agent, bool candidate, Instant now)
{
    ++m_version;
    bool& isCandidate = m_agents[agent]->isCandidate;
    if (candidate != isCandidate)
    {
        const auto at = std::lower_bound(m_candidates.begin(), m_candidates.end(), agent);
        candidate ? m_candidates.insert(at, agent) : m_candidates.erase(at);
        isCandidate = candidate;
    }
    if (!IsIndexed())
    {
        return;
    }
    if (candidate)
    {
        m_index.Put(agent, m_formula.Rank(Score(agent, now)));
    }
    else
    {
        m_index.Erase(agent);
    }
}

void
StatusTable::HoldBack(AgentIndex agent, bool held, Instant now)
{
    m_agents[agent]->heldBack = held;
    PlaceCandidate(agent, now);
}

double
StatusTable::StartShare(AgentIndex agent, Instant now) const
{
    return SlowStartShare(m_rules, m_agents[agent]->fitSince, now);
}

} // namespace sonda

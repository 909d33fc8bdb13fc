#include "model/table/status-table.h"

#include <algorithm>

/** How agents that are new or return are spared: slow start and probation. */
namespace sonda
{

namespace
{

/** Of what all have on average a server may have so many times by chance, and so many more where
 * there are few. */
constexpr double PROBATION_FACTOR = 2;
constexpr double PROBATION_MORE = 2;

/** A sum of weights that were added and taken away again may be a little wrong. */
constexpr double TINY = 1e-9;

} // namespace

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

/** \return how long what an agent did speaks for it: its turn comes once an interval, anywhere in
 * the window; a quarter of an interval more covers the journey. */
Duration
StatusTable::Grace() const
{
    return m_timing.interval + m_timing.window + m_timing.interval / 4;
}

/**
 * The first agents have nobody who could take their connections meanwhile: those that come within
 * the grace after there was none are not spared, and neither are lost ones in a panic. Silence by
 * itself is no sign that a server was gone: datagrams get lost, and a server that was gone has
 * refused somebody meanwhile, unless nobody came, and then there is nothing to be spared from.
 */
void
StatusTable::BeginSlowStart(AgentIndex agent, Instant now)
{
    AgentStatus& status = *m_agents[agent];
    EndSlowStart(agent);
    if (m_fit == 0)
    {
        m_firstFit = now;
    }
    const bool isFirst = now - m_firstFit <= Grace();
    const bool isDoubted = status.doubted && status.servedUntil < now - Grace();
    if (isFirst || status.standing == Standing::LOST)
    {
        status.fitSince = now - std::max(m_rules.slowStart, m_rules.probation);
    }
    else if (status.cold || isDoubted)
    {
        status.fitSince = now;
    }
    status.cold = false;
    status.doubted = false;
    if (now - status.fitSince < m_rules.slowStart)
    {
        m_starts.emplace(status.fitSince, agent);
    }
}

void
StatusTable::EndSlowStart(AgentIndex agent)
{
    m_starts.erase({m_agents[agent]->fitSince, agent});
}

void
StatusTable::ForgetStarts(Instant now)
{
    while (!m_starts.empty() && now - m_starts.begin()->first >= m_rules.slowStart)
    {
        m_starts.erase(m_starts.begin());
    }
}

double
StatusTable::StartShare(AgentIndex agent, Instant now) const
{
    return SlowStartShare(m_rules, m_agents[agent]->fitSince, now);
}

bool
StatusTable::HasItsFill(AgentIndex agent, Instant now) const
{
    const AgentStatus& status = *m_agents[agent];
    if (now - status.fitSince >= m_rules.probation || !(status.fitWeight > 0))
    {
        return false;
    }
    const double average =
        static_cast<double>(m_totalInFlight) * status.fitWeight / std::max(m_fitWeight, TINY);
    return status.inFlight >= PROBATION_FACTOR * average + PROBATION_MORE;
}

double
StatusTable::LeastShare() const
{
    if (m_starts.empty())
    {
        return 0;
    }
    // With F fit agents, S of them at the share s, each other one gets F / (F - S + S * s) times
    // its part of the picks: at most twice that, if s >= 1 - F / (2 S).
    const double starting = static_cast<double>(m_starts.size());
    return std::max(0.0, 1 - static_cast<double>(m_fit) / (2 * starting));
}

} // namespace sonda

#include "model/table/status-table.h"

/** What an operator may change while the table is in use. */
namespace sonda
{

void
StatusTable::SetFormula(Formula formula, Instant now)
{
    m_formula = std::move(formula);
    m_uses = UsesOf(m_formula);
    ++m_version;
    RestartEstimates(now);
    m_index = ScoreIndex();
    for (const AgentIndex agent : m_candidates)
    {
        if (IsIndexed())
        {
            m_index.Put(agent, m_formula.Rank(Score(agent, now)));
        }
    }
}

/** What the old formula did not look at was not kept up, and is as good as nothing. */
void
StatusTable::RestartEstimates(Instant now)
{
    for (auto& status : m_agents)
    {
        if (!status)
        {
            continue;
        }
        status->estimates = Estimates();
        for (std::uint32_t i = 0; m_uses.waiting && i < status->inFlight; ++i)
        {
            status->estimates.waiting.Begin(now);
        }
    }
}

void
StatusTable::SetTiming(TableTiming timing, Instant now)
{
    m_timing = timing;
    for (const AgentIndex agent : All())
    {
        // An overdue one goes with its last connection, whatever the timing.
        if (!m_agents[agent]->overdue)
        {
            ScheduleExpiry(agent, ExpiryOf(*m_agents[agent]));
        }
    }
    Advance(now);
}

} // namespace sonda

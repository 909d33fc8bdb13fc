#include "model/table/status-table.h"

/** What an operator may change while the table is in use. */
namespace sonda
{

void
StatusTable::SetFormula(Formula formula, Instant now)
{
    m_formula = std::move(formula);
    m_index = ScoreIndex();
    for (const AgentIndex agent : m_candidates)
    {
        if (IsIndexed())
        {
            m_index.Put(agent, m_formula.Rank(Score(agent, now)));
        }
    }
}

void
StatusTable::SetTiming(TableTiming timing, Instant now)
{
    m_timing = timing;
    for (const AgentIndex agent : All())
    {
        if (m_expiryOf[agent])
        {
            ScheduleExpiry(agent, ExpiryOf(*m_agents[agent]));
        }
    }
    Advance(now);
}

} // namespace sonda

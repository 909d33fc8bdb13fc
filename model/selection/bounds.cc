#include "model/selection/bounds.h"

namespace sonda
{

FreshPolicy::FreshPolicy(const Oracle& oracle, Figure figure)
    : m_oracle(oracle),
      m_figure(figure)
{
}

std::optional<AgentIndex>
FreshPolicy::Pick(const StatusTable& table, Instant, RandomStream& random)
{
    m_best.Restart();
    for (const auto agent : table.Candidates())
    {
        m_best.Offer(agent, (m_oracle.*m_figure)(agent));
    }
    return m_best.Draw(random);
}

CentralQueuePolicy::CentralQueuePolicy(const Oracle& oracle)
    : m_oracle(oracle)
{
}

std::optional<AgentIndex>
CentralQueuePolicy::Pick(const StatusTable& table, Instant, RandomStream& random)
{
    m_best.Restart();
    for (const auto agent : table.Candidates())
    {
        const double cores = table.Get(agent).report.cores.value_or(1);
        const double present = m_oracle.Present(agent);
        if (present < cores)
        {
            m_best.Offer(agent, present / cores);
        }
    }
    return m_best.Draw(random);
}

} // namespace sonda

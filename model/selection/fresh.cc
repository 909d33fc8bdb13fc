#include "model/selection/fresh.h"

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

} // namespace sonda

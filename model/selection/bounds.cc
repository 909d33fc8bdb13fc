#include "model/selection/bounds.h"

#include "model/selection/champion.h"

namespace sonda
{

FreshShortestQueuePolicy::FreshShortestQueuePolicy(const Oracle& oracle)
    : m_oracle(oracle)
{
}

std::optional<AgentIndex>
FreshShortestQueuePolicy::Pick(const StatusTable& table, Instant, RandomStream& random)
{
    Champion champion(&random);
    for (const auto agent : table.Candidates())
    {
        champion.Offer(agent, m_oracle.Present(agent));
    }
    return champion.Get();
}

FreshLeastWorkPolicy::FreshLeastWorkPolicy(const Oracle& oracle)
    : m_oracle(oracle)
{
}

std::optional<AgentIndex>
FreshLeastWorkPolicy::Pick(const StatusTable& table, Instant, RandomStream& random)
{
    Champion champion(&random);
    for (const auto agent : table.Candidates())
    {
        champion.Offer(agent, m_oracle.WorkLeft(agent));
    }
    return champion.Get();
}

CentralQueuePolicy::CentralQueuePolicy(const Oracle& oracle)
    : m_oracle(oracle)
{
}

std::optional<AgentIndex>
CentralQueuePolicy::Pick(const StatusTable& table, Instant, RandomStream& random)
{
    Champion champion(&random);
    for (const auto agent : table.Candidates())
    {
        const double cores = table.Get(agent).report.cores.value_or(1);
        const double present = m_oracle.Present(agent);
        if (present < cores)
        {
            champion.Offer(agent, present / cores);
        }
    }
    return champion.Get();
}

} // namespace sonda

#include "model/selection/unscored.h"

#include <algorithm>

namespace sonda
{

std::optional<AgentIndex>
RandomPolicy::Pick(const StatusTable& table, Instant, RandomStream& random)
{
    const auto& candidates = table.Candidates();
    if (candidates.empty())
    {
        return std::nullopt;
    }
    return candidates[random.Below(candidates.size())];
}

std::optional<AgentIndex>
RoundRobinPolicy::Pick(const StatusTable& table, Instant, RandomStream&)
{
    const auto& candidates = table.Candidates();
    if (candidates.empty())
    {
        return std::nullopt;
    }
    auto next = candidates.begin();
    if (m_last)
    {
        next = std::upper_bound(candidates.begin(), candidates.end(), *m_last);
        next = next == candidates.end() ? candidates.begin() : next;
    }
    m_last = *next;
    return *next;
}

std::optional<AgentIndex>
WeightedPolicy::Pick(const StatusTable& table, Instant, RandomStream& random)
{
    const auto& candidates = table.Candidates();
    if (candidates.empty())
    {
        return std::nullopt;
    }
    double total = 0;
    for (const auto agent : candidates)
    {
        total += table.Get(agent).report.weight;
    }
    double left = random.Uniform() * total;
    for (const auto agent : candidates)
    {
        left -= table.Get(agent).report.weight;
        if (left < 0)
        {
            return agent;
        }
    }
    // Rounding may leave a remainder of a few ulps.
    return candidates.back();
}

} // namespace sonda

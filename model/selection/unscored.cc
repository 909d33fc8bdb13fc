#include "model/selection/unscored.h"

#include "model/selection/candidates.h"

#include <algorithm>

namespace sonda
{

RandomPolicy::RandomPolicy(AgeRule rule)
    : m_view(rule)
{
}

std::optional<AgentIndex>
RandomPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    return AnyOf(m_view.Candidates(), random);
}

RoundRobinPolicy::RoundRobinPolicy(AgeRule rule)
    : m_view(rule)
{
}

std::optional<AgentIndex>
RoundRobinPolicy::Pick(const StatusTable& table, Instant now, RandomStream&)
{
    m_view.Look(table, now);
    const auto& candidates = m_view.Candidates();
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

} // namespace sonda

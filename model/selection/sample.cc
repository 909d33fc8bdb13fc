#include "model/selection/sample.h"

#include <algorithm>

namespace sonda
{

SamplePolicy::SamplePolicy(std::size_t choices, AgeRule rule)
    : m_choices(choices),
      m_view(rule)
{
}

std::optional<AgentIndex>
SamplePolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    const auto& candidates = m_view.Candidates();
    if (candidates.empty())
    {
        return std::nullopt;
    }
    DistinctDraws draws(candidates.size());
    AgentIndex best = candidates[draws.Next(random)];
    const std::size_t choices = std::min(m_choices, candidates.size());
    if (choices == 1)
    {
        return best;
    }
    double bestRank = m_view.Rank(best);
    for (std::size_t i = 1; i < choices; ++i)
    {
        const AgentIndex other = candidates[draws.Next(random)];
        const double rank = m_view.Rank(other);
        if (rank < bestRank)
        {
            best = other;
            bestRank = rank;
        }
    }
    return best;
}

} // namespace sonda

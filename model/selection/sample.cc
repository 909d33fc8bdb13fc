#include "model/selection/sample.h"

#include <algorithm>
#include <array>

namespace sonda
{

namespace
{

/**
 * Draws distinct places, one at a time, each uniform among those not yet drawn: the k-th draw is a
 * rank among the places left, and stepping over the earlier places in ascending order turns it into
 * a place.
 */
class DistinctDraws
{
  public:
    explicit DistinctDraws(std::size_t places)
        : m_places(places)
    {
    }

    std::size_t
    Next(RandomStream& random)
    {
        std::size_t place = random.Below(m_places - m_count);
        std::size_t i = 0;
        for (; i < m_count && m_drawn[i] <= place; ++i)
        {
            ++place;
        }
        std::copy_backward(m_drawn.begin() + i,
                           m_drawn.begin() + m_count,
                           m_drawn.begin() + m_count + 1);
        m_drawn[i] = place;
        ++m_count;
        return place;
    }

  private:
    std::size_t m_places;
    std::size_t m_count{0};
    std::array<std::size_t, SamplePolicy::MAX_CHOICES> m_drawn; //!< ascending
};

} // namespace

SamplePolicy::SamplePolicy(std::size_t choices)
    : m_choices(choices)
{
}

std::optional<AgentIndex>
SamplePolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    const auto& candidates = table.Candidates();
    if (candidates.empty())
    {
        return std::nullopt;
    }
    const Formula& formula = table.GetFormula();
    DistinctDraws draws(candidates.size());
    AgentIndex best = candidates[draws.Next(random)];
    const std::size_t choices = std::min(m_choices, candidates.size());
    if (choices == 1)
    {
        return best;
    }
    double bestRank = formula.Rank(table.Score(best, now));
    for (std::size_t i = 1; i < choices; ++i)
    {
        const AgentIndex other = candidates[draws.Next(random)];
        const double rank = formula.Rank(table.Score(other, now));
        if (rank < bestRank)
        {
            best = other;
            bestRank = rank;
        }
    }
    return best;
}

} // namespace sonda

#include "model/selection/best.h"

namespace sonda
{

namespace
{

/**
 * Goes over all candidates once. Among equals the k-th one seen replaces the choice with
 * probability 1/k, which makes each of them equally likely; without a stream the first stays.
 */
AgentIndex
Scan(const StatusTable& table, Instant now, RandomStream* random)
{
    const Formula& formula = table.GetFormula();
    const auto& candidates = table.Candidates();
    AgentIndex best = candidates.front();
    double bestRank = formula.Rank(table.Score(best, now));
    std::size_t equals = 1;
    for (std::size_t i = 1; i < candidates.size(); ++i)
    {
        const double rank = formula.Rank(table.Score(candidates[i], now));
        if (rank < bestRank)
        {
            best = candidates[i];
            bestRank = rank;
            equals = 1;
        }
        else if (rank == bestRank && random != nullptr && random->Below(++equals) == 0)
        {
            best = candidates[i];
        }
    }
    return best;
}

} // namespace

std::optional<AgentIndex>
HeadPolicy::Pick(const StatusTable& table, Instant now, RandomStream&)
{
    if (table.Candidates().empty())
    {
        return std::nullopt;
    }
    return table.IsIndexed() ? table.BestIndexed().front() : Scan(table, now, nullptr);
}

std::optional<AgentIndex>
BestPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    if (table.Candidates().empty())
    {
        return std::nullopt;
    }
    if (!table.IsIndexed())
    {
        return Scan(table, now, &random);
    }
    const auto& best = table.BestIndexed();
    return best.size() == 1 ? best.front() : best[random.Below(best.size())];
}

} // namespace sonda

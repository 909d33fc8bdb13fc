#include "realnet/admin/herding.h"

#include "model/metrics/fairness.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace sonda
{

namespace
{

constexpr std::uint64_t LEAST_PICKS = 20;
constexpr std::uint64_t LEAST_PICKS_PER_AGENT = 2;

} // namespace

WindowFairness
JudgeWindow(const std::vector<std::uint64_t>& picks, const std::vector<double>& capacities)
{
    WindowFairness result;
    const std::uint64_t agents = picks.size();
    result.picks = std::accumulate(picks.begin(), picks.end(), std::uint64_t(0));
    result.jain = JainIndex(picks, capacities);
    result.chance = JainChance(result.picks, capacities);
    result.floor =
        agents == 0 ? std::numeric_limits<double>::quiet_NaN() : 1 / static_cast<double>(agents);
    result.limit = (result.floor + result.chance) / 2;
    // One agent alone cannot be herded to.
    result.telling =
        agents > 1 && result.picks >= std::max(LEAST_PICKS, LEAST_PICKS_PER_AGENT * agents);
    result.herding = result.telling && result.jain < result.limit;
    return result;
}

} // namespace sonda

#include "model/metrics/fairness.h"

#include <limits>
#include <numeric>

namespace sonda
{

double
JainIndex(const std::vector<std::uint64_t>& picks, const std::vector<double>& capacities)
{
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < picks.size(); ++i)
    {
        const double x = static_cast<double>(picks[i]) / capacities[i];
        sum += x;
        squares += x * x;
    }
    if (squares == 0)
    {
        return std::numeric_limits<double>::quiet_NaN();
    }
    return sum * sum / (static_cast<double>(picks.size()) * squares);
}

double
JainChance(std::uint64_t total, const std::vector<double>& capacities)
{
    if (total == 0 || capacities.empty())
    {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const double whole = std::accumulate(capacities.begin(), capacities.end(), 0.0);
    double meanInverseShare = 0;
    for (const double capacity : capacities)
    {
        meanInverseShare += whole / capacity;
    }
    const auto agents = static_cast<double>(capacities.size());
    meanInverseShare /= agents;
    const double spread = (agents - 1) * meanInverseShare / (agents * static_cast<double>(total));
    return 1 / (1 + spread);
}

} // namespace sonda

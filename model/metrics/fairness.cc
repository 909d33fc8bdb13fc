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
    double mean = 0;
    for (const double capacity : capacities)
    {
        const double share = capacity / whole;
        mean += (1 - share) / (share * static_cast<double>(total));
    }
    mean /= static_cast<double>(capacities.size());
    return 1 / (1 + mean);
}

} // namespace sonda

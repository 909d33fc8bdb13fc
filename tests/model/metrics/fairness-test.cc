#include "model/metrics/fairness.h"
#include "tests/catch.h"
#include "tests/model/support/seeded-stream.h"

#include <cmath>
#include <numeric>

using namespace sonda;
using namespace sonda::test;

namespace
{

struct Simulated
{
    double mean;
    double standardError;
};

/** The index of picks at random in proportion to the capacities, over many windows. */
Simulated
SimulateChance(std::uint64_t picks, const std::vector<double>& capacities, std::uint64_t seed)
{
    constexpr int windows = 20'000;
    SeededStream random(seed);
    const double whole = std::accumulate(capacities.begin(), capacities.end(), 0.0);
    double sum = 0;
    double squares = 0;
    for (int window = 0; window < windows; ++window)
    {
        std::vector<std::uint64_t> counts(capacities.size());
        for (std::uint64_t pick = 0; pick < picks; ++pick)
        {
            double left = random.Uniform() * whole;
            std::size_t agent = 0;
            while (agent + 1 < capacities.size() && left >= capacities[agent])
            {
                left -= capacities[agent++];
            }
            ++counts[agent];
        }
        const double index = JainIndex(counts, capacities);
        sum += index;
        squares += index * index;
    }
    const double mean = sum / windows;
    return {mean, std::sqrt((squares / windows - mean * mean) / windows)};
}

} // namespace

TEST_CASE("Jain's index of known cases")
{
    CHECK(JainIndex({5, 5, 5, 5}, {1, 1, 1, 1}) == 1);
    CHECK(JainIndex({20, 0, 0, 0}, {1, 1, 1, 1}) == 0.25);
    CHECK(JainIndex({7, 7, 0, 0, 0}, {1, 1, 1, 1, 1}) == Approx(0.4));
    CHECK(JainIndex({1, 2, 3}, {1, 1, 1}) == Approx(36.0 / 42));
    CHECK(JainIndex({3}, {2}) == 1);
}

TEST_CASE("the index is of picks per capacity, in any unit")
{
    CHECK(JainIndex({10, 20, 40}, {1, 2, 4}) == Approx(1));
    CHECK(JainIndex({10, 20, 40}, {0.25, 0.5, 1}) == Approx(1));
    CHECK(JainIndex({10, 10}, {1, 2}) == Approx(225.0 / 250));
}

TEST_CASE("without picks there is no index")
{
    CHECK(std::isnan(JainIndex({0, 0}, {1, 1})));
    CHECK(std::isnan(JainIndex({}, {})));
    CHECK(std::isnan(JainChance(0, {1, 1})));
    CHECK(std::isnan(JainChance(5, {})));
}

TEST_CASE("the value of chance for equal agents is N / (N + n - 1)")
{
    CHECK(JainChance(360, std::vector<double>(100, 2.5)) == Approx(360.0 / 459));
    CHECK(JainChance(1, std::vector<double>(4, 1)) == Approx(0.25));
    CHECK(JainChance(17, {3}) == 1);
}

TEST_CASE("the value of chance is what picks at random show, capacities equal or not")
{
    struct Case
    {
        std::uint64_t picks;
        std::vector<double> capacities;
    };

    const std::vector<double> twoSpeeds = {1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5};
    std::uint64_t seed = 500;
    for (const auto& [picks, capacities] : {Case{100, std::vector<double>(10, 1)},
                                            Case{400, std::vector<double>(40, 3)},
                                            Case{200, {9, 1}},
                                            Case{300, {4, 2, 1, 1}},
                                            Case{200, twoSpeeds}})
    {
        const auto simulated = SimulateChance(picks, capacities, ++seed);
        const double n = static_cast<double>(capacities.size());
        const double chance = JainChance(picks, capacities);
        // The formula is E[1 / (1 + X)] to first order in X, the squared coefficient of variation,
        // with mean m. X is a mean of squares of n - 1 normal errors, dominated by the least
        // capacity in the worst case, so its variance is at most 2 m^2, and for equal capacities
        // 2 m^2 / (n - 1). The next term of the expansion is that variance; 4.9 standard errors of
        // the simulation are exceeded once in a million.
        const double m = 1 / chance - 1;
        const bool equal = capacities.front() == capacities.back();
        const double secondOrder = equal ? 2 * m * m / (n - 1) : 2 * m * m;
        INFO("picks " << picks << ", agents " << n << ", seed " << seed << ", chance " << chance
                      << ", simulated " << simulated.mean);
        CHECK(std::abs(simulated.mean - chance) < 4.9 * simulated.standardError + secondOrder);
    }
}

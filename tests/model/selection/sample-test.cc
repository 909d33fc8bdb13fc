#include "tests/catch.h"
#include "tests/model/support/chi-square.h"
#include "tests/model/support/picks.h"

using namespace sonda;
using namespace sonda::test;

namespace
{

double
Choose(unsigned n, unsigned k)
{
    if (k > n)
    {
        return 0;
    }
    double ways = 1;
    for (unsigned i = 1; i <= k; ++i)
    {
        ways = ways * (n - k + i) / i;
    }
    return ways;
}

} // namespace

TEST_CASE("sample draws without replacement: the r-th best of n wins as counting says")
{
    constexpr int picks = 60'000;
    for (const auto& [agents, choices] : std::vector<std::pair<unsigned, unsigned>>{{2, 1},
                                                                                    {3, 2},
                                                                                    {6, 2},
                                                                                    {7, 3},
                                                                                    {9, 8},
                                                                                    {40, 5}})
    {
        StatusTable table = MakeTable("min: ram", agents);
        for (unsigned rank = 0; rank < agents; ++rank)
        {
            table.Update(Observe(rank, rank), At(0));
        }
        const std::uint64_t seed = agents * 100 + choices;
        SeededStream random(seed);
        const auto counts = CountPicks("sample:" + std::to_string(choices), table, picks, random);
        std::vector<std::uint64_t> possible;
        std::vector<double> expected;
        for (unsigned rank = 0; rank < agents; ++rank)
        {
            // The others of the draw come from the agents that are worse.
            const double share = Choose(agents - 1 - rank, choices - 1) / Choose(agents, choices);
            if (share == 0)
            {
                REQUIRE(counts[rank] == 0);
                continue;
            }
            possible.push_back(counts[rank]);
            expected.push_back(picks * share);
        }
        CAPTURE(agents, choices, seed);
        CHECK(ChiSquare(possible, expected) < ChiSquareBound(possible.size() - 1));
    }
}

TEST_CASE("sample breaks ties at random")
{
    constexpr std::uint64_t seed = 8;
    for (const char* formula : {"min: 0", "min: 0 * inflight"})
    {
        for (const char* policy : {"sample:1", "sample:2", "sample:5", "sample:64"})
        {
            const StatusTable table = MakeTable(formula, 10);
            SeededStream random(seed);
            const auto counts = CountPicks(policy, table, 20'000, random);
            CAPTURE(formula, policy, seed);
            CHECK(ChiSquare(counts, std::vector<double>(10, 2'000)) < ChiSquareBound(9));
        }
    }
}

TEST_CASE("sample with as many choices as candidates or more looks at all of them")
{
    StatusTable table = MakeTable("min: ram", 5);
    table.Update(Observe(3, 1), At(0));
    SeededStream random(4);
    for (const char* policy : {"sample:5", "sample:6", "sample:64"})
    {
        CHECK(CountPicks(policy, table, 200, random).at(3) == 200);
    }
    StatusTable one = MakeTable("min: ram", 1);
    CHECK(CountPicks("sample:2", one, 10, random).at(0) == 10);
}

TEST_CASE("sample draws up to its greatest number from a large table")
{
    StatusTable table = MakeTable("min: ram", 1000);
    SeededStream random(21);
    const auto sample = Make("sample:64");
    for (unsigned i = 0; i < 1000; ++i)
    {
        table.Update(Observe(i, i), At(0));
    }
    double sum = 0;
    constexpr int picks = 4'000;
    for (int i = 0; i < picks; ++i)
    {
        sum += static_cast<double>(sample->Pick(table, At(1), random).value());
    }
    // The least of d of the numbers 0 to n - 1 has mean (n + 1) / (d + 1) - 1 and a standard
    // deviation of about its mean; 4.9 standard errors are exceeded once in a million.
    const double mean = 1001.0 / 65 - 1;
    CHECK(sum / picks == Approx(mean).margin(4.9 * (mean + 1) / std::sqrt(picks)));
}

TEST_CASE("sample draws by the operator's weights where these differ, without replacement")
{
    constexpr int picks = 60'000;
    // Of scores that rise with the index the first drawn of two wins, so 0 wins whenever it is
    // drawn: P(first) + P(second) = w/S + sum over others v/S w/(S-v).
    for (const auto& weights : std::vector<std::vector<double>>{{1, 5},
                                                                {1, 5, 1},
                                                                {2, 3, 7, 1},
                                                                {1, 1, 1e6},
                                                                {1e6, 1, 1}})
    {
        StatusTable table(MakeFormula("min: ram"), TableTiming());
        double sum = 0;
        for (unsigned i = 0; i < weights.size(); ++i)
        {
            Observation observation = Observe(i, i);
            observation.report.weight = weights[i];
            table.Update(observation, At(0));
            sum += weights[i];
        }
        double drawn = weights[0] / sum;
        for (unsigned i = 1; i < weights.size(); ++i)
        {
            drawn += weights[i] / sum * weights[0] / (sum - weights[i]);
        }
        constexpr std::uint64_t seed = 33;
        SeededStream random(seed);
        const auto counts = CountPicks("sample:2", table, picks, random);
        CAPTURE(weights, counts, drawn, seed);
        if (drawn > 1 - 1e-9)
        {
            CHECK(counts[0] == picks);
            continue;
        }
        CHECK(ChiSquare({counts[0], picks - counts[0]}, {picks * drawn, picks * (1 - drawn)}) <
              ChiSquareBound(1));
    }
}

TEST_CASE("sample looks at all of as many as it draws, whatever their weights")
{
    StatusTable table(MakeFormula("max: ram"), TableTiming());
    const std::vector<double> weights = {1e6, 1, 1e-6, 3};
    for (unsigned i = 0; i < weights.size(); ++i)
    {
        Observation observation = Observe(i, i);
        observation.report.weight = weights[i];
        table.Update(observation, At(0));
    }
    SeededStream random(34);
    CHECK(CountPicks("sample:4", table, 200, random).at(3) == 200);
    CHECK(CountPicks("sample:64", table, 200, random).at(3) == 200);
}

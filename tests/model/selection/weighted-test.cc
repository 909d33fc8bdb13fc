#include "model/selection/weights.h"
#include "tests/catch.h"
#include "tests/model/support/chi-square.h"
#include "tests/model/support/picks.h"

#include <cmath>
#include <limits>

using namespace sonda;
using namespace sonda::test;

namespace
{

constexpr double INF = std::numeric_limits<double>::infinity();

/** Checks that shares of many picks agree with weights, of which 0 is never. */
void
CheckShares(const std::string& policy,
            const StatusTable& table,
            const std::vector<double>& weights,
            std::uint64_t seed)
{
    constexpr int picks = 60'000;
    SeededStream random(seed);
    const auto counts = CountPicks(policy, table, picks, random);
    double total = 0;
    for (const double weight : weights)
    {
        total += weight;
    }
    std::vector<std::uint64_t> possible;
    std::vector<double> expected;
    for (std::size_t i = 0; i < weights.size(); ++i)
    {
        CAPTURE(policy, seed, i);
        if (weights[i] == 0)
        {
            REQUIRE(counts[i] == 0);
            continue;
        }
        possible.push_back(counts[i]);
        expected.push_back(picks * weights[i] / total);
    }
    CAPTURE(policy, seed);
    CHECK(ChiSquare(possible, expected) < ChiSquareBound(possible.size() - 1));
}

} // namespace

TEST_CASE("a weight is the score, or one over it, if that is positive and finite")
{
    CHECK(WeightOf(2, Sense::HIGHEST) == 2.0);
    CHECK(WeightOf(2, Sense::LOWEST) == 0.5);
    for (const double none : {0.0, -1.0, INF, -INF, std::nan(""), 1e200, 1e-200})
    {
        CAPTURE(none);
        CHECK_FALSE(WeightOf(none, Sense::HIGHEST));
        CHECK_FALSE(WeightOf(none, Sense::LOWEST));
    }
}

TEST_CASE("weighted picks in proportion to the weights, with a static and a dynamic formula")
{
    const std::vector<double> weights = {1, 2, 0.5, 7.5};
    CheckShares("weighted", TableOfWeights(weights), weights, 13);
    CheckShares("weighted", TableOfWeights(weights, "max: weight + 0 * inflight"), weights, 14);
    CheckShares("proportional", TableOfWeights(weights), weights, 15);
    // Lowest best: one over the score.
    CheckShares("weighted", TableOfWeights(weights, "min: 1 / weight"), weights, 16);
    CheckShares("proportional",
                TableOfQueues({0, 1, 3}, "min: 1 + reported"),
                {1, 1 / 2.0, 1 / 4.0},
                17);
}

TEST_CASE("who has no weight counts as the average of those who have one")
{
    // Weights 4 and 2; a score of 0, one below 0, and one that is not known.
    StatusTable table(MakeFormula("max: ram"), TableTiming());
    unsigned number = 0;
    for (const double score : {4.0, 2.0, 0.0, -5.0, std::nan("")})
    {
        table.Update(Observe(number++, score), At(0));
    }
    CheckShares("weighted", table, {4, 2, 3, 3, 3}, 18);
}

TEST_CASE("weighted follows a weight that a report changes, and counts candidates only")
{
    StatusTable table = TableOfWeights({1, 1, 1});
    Observation observation = Observe(0);
    observation.report.weight = 1e6;
    table.Update(observation, At(0));
    SeededStream random(14);
    const auto weighted = Make("weighted");
    const auto share = [&](AgentIndex agent)
    {
        int picks = 0;
        for (int i = 0; i < 2'000; ++i)
        {
            picks += weighted->Pick(table, At(1), random) == agent ? 1 : 0;
        }
        return picks;
    };
    CHECK(share(0) > 1'990);
    observation.report.state = ServerState::DRAIN;
    table.Update(observation, At(0));
    CHECK(share(0) == 0);
    // Half of 2,000 with a standard deviation of 22.4; 4.9 of them.
    CHECK(share(1) == Approx(1000).margin(110));
}

TEST_CASE("bounded load passes over agents with more than their share times the factor")
{
    // Equal weights, 7 in flight: the bound is 1.5 * 8 / 4 = 3.
    StatusTable table = TableOfWeights({1, 1, 1, 1});
    for (const AgentIndex agent : {0U, 0U, 0U, 0U, 1U, 1U, 1U})
    {
        table.OnDispatch(agent, At(0));
    }
    CheckShares("bounded-load:1.5", table, {0, 1, 1, 1}, 19);
    // 1.25 * 8 / 4 = 2.5.
    CheckShares("bounded-load:1.25", table, {0, 0, 1, 1}, 20);
    CheckShares("bounded-load:100", table, {1, 1, 1, 1}, 21);
}

TEST_CASE("bounded load bounds by weight, and draws by weight from those below")
{
    // Of 9 + 1 the agent of weight 3 may have 1 * 10 * 3 / 5 = 6, the others 2.
    StatusTable table = TableOfWeights({3, 1, 1});
    for (int i = 0; i < 6; ++i)
    {
        table.OnDispatch(0, At(0));
    }
    for (int i = 0; i < 3; ++i)
    {
        table.OnDispatch(1, At(0));
    }
    CheckShares("bounded-load:1", table, {3, 0, 1}, 22);
}

TEST_CASE("bounded load keeps every agent near its share")
{
    StatusTable table = TableOfWeights(std::vector<double>(10, 1));
    SeededStream random(23);
    const auto policy = Make("bounded-load:1");
    for (std::uint32_t sent = 1; sent <= 1'000; ++sent)
    {
        table.OnDispatch(policy->Pick(table, At(1), random).value(), At(1));
        for (AgentIndex agent = 0; agent < 10; ++agent)
        {
            REQUIRE(table.Get(agent).inFlight <= sent / 10 + 1);
        }
    }
}

TEST_CASE("bounded load finds the one free agent of a thousand")
{
    StatusTable table = TableOfWeights(std::vector<double>(1'000, 1));
    SeededStream random(24);
    for (AgentIndex agent = 0; agent < 1'000; ++agent)
    {
        for (int i = 0; i < (agent == 777 ? 0 : 2); ++i)
        {
            table.OnDispatch(agent, At(1));
        }
    }
    const auto policy = Make("bounded-load:1");
    for (int i = 0; i < 50; ++i)
    {
        CHECK(policy->Pick(table, At(1), random) == 777U);
    }
}

TEST_CASE("softmax picks in proportion to the exponential of the score")
{
    const std::vector<double> expected = {1, std::exp(-1 / 0.5), std::exp(-2 / 0.5)};
    CheckShares("softmax:0.5", TableOfQueues({5, 6, 7}), expected, 25);
    CheckShares("softmax:0.5", TableOfQueues({7, 6, 5}, "max: reported"), expected, 26);
    CheckShares("softmax:0.5", TableOfQueues({5, 6, 7}, "min: reported + sent"), expected, 27);
    CheckShares("softmax:1e9", TableOfQueues({5, 6, 7}), {1, 1, 1}, 28);
    CheckShares("softmax:1e-9", TableOfQueues({6, 5, 5}), {0, 1, 1}, 29);
}

TEST_CASE("softmax leaves agents without a score alone, and shares between infinite ones")
{
    StatusTable table(MakeFormula("max: ram"), TableTiming());
    unsigned number = 0;
    for (const double score : {INF, INF, 3.0, std::nan("")})
    {
        table.Update(Observe(number++, score), At(0));
    }
    CheckShares("softmax:1", table, {1, 1, 0, 0}, 30);
}

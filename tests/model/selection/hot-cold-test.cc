#include "model/selection/hot-cold.h"
#include "tests/catch.h"
#include "tests/model/support/picks.h"

#include <cmath>
#include <limits>
#include <set>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** Replicas of (in flight, latency). */
const std::vector<Probed> FIVE = {{1, 0.9}, {2, 0.4}, {3, 0.3}, {4, 0.2}, {5, 0.1}};

std::size_t
Best(double quantile, const std::vector<Probed>& probed)
{
    SeededStream random(1);
    return HotColdRule(quantile).Best(probed, random);
}

} // namespace

TEST_CASE("of the cold the fastest is the best")
{
    // A quantile of 0.8 of five is the fourth: only the fifth is hot.
    CHECK(Best(0.8, FIVE) == 3);
    CHECK(Best(0.81, FIVE) == 4);
    CHECK(Best(0.6, FIVE) == 2);
    CHECK(Best(0.4, FIVE) == 1);
    CHECK(Best(0, FIVE) == 0);
    CHECK(Best(1, FIVE) == 4);
}

TEST_CASE("at a quantile of 0 only the requests in flight count, and the latency between equals")
{
    CHECK(Best(0, {{2, 0.1}, {1, 0.9}, {1, 0.8}}) == 2);
}

TEST_CASE("ties are broken at random, infinite latencies are last")
{
    constexpr double infinite = std::numeric_limits<double>::infinity();
    SeededStream random(2);
    HotColdRule rule(1);
    std::set<std::size_t> best;
    for (int i = 0; i < 100; ++i)
    {
        best.insert(rule.Best({{1, 0.5}, {1, infinite}, {1, 0.5}}, random));
    }
    CHECK(best == std::set<std::size_t>{0, 2});
    CHECK(rule.Best({{9, infinite}}, random) == 0);
}

TEST_CASE("the worst is the hottest of the hot, else the slowest")
{
    CHECK(HotColdRule(0.8).Worst(FIVE) == 4);
    CHECK(HotColdRule(1).Worst(FIVE) == 0);
    CHECK(HotColdRule(0.5).Worst({{2, 0.1}, {2, 0.7}, {2, 0.3}}) == 1);
}

TEST_CASE("the linear rule weighs latency against requests in flight")
{
    SeededStream random(1);
    const auto best = [&](double lambda, double alpha)
    { return LinearRule(lambda, alpha).Best(FIVE, random); };
    CHECK(best(0, 0.075) == 4);
    CHECK(best(1, 0.075) == 0);
    // Costs of half and half at 0.15 a request: 0.525, 0.35, 0.375, 0.4, 0.425.
    CHECK(best(0.5, 0.15) == 1);
    CHECK(LinearRule(0.5, 0.15).Worst(FIVE) == 0);
    CHECK(LinearRule(1, 0.15).Worst(FIVE) == 4);
    // With everything on the requests an infinite latency does not matter.
    const std::vector<Probed> infinite = {{2, 0.1}, {1, std::numeric_limits<double>::infinity()}};
    CHECK(LinearRule(1, 0.075).Best(infinite, random) == 1);
    CHECK(LinearRule(0.99, 0.075).Best(infinite, random) == 0);
}

TEST_CASE("an agent that has completed nothing yet is tried before those whose latency is known")
{
    StatusTable table(MakeFormula("min: service"), TableTiming());
    for (unsigned i = 0; i < 3; ++i)
    {
        Observation observation = Observe(i);
        observation.report.inFlight = 1;
        observation.report.serviceTime = i == 1 ? std::nullopt : std::optional(0.1);
        table.Update(observation, At(0));
    }
    SeededStream random(1);
    const auto policy = Make("prequal:0.6");
    CHECK(policy->Pick(table, At(1), random) == 1U);
    // But not for ever: with more in flight than the others it is hot.
    table.OnDispatch(1, At(1));
    CHECK(policy->Pick(table, At(1), random) != 1U);
}

TEST_CASE("hot and cold over the table counts what was sent since the report")
{
    StatusTable table(MakeFormula("min: service"), TableTiming());
    for (unsigned i = 0; i < 4; ++i)
    {
        Observation observation = Observe(i);
        observation.report.inFlight = 1;
        observation.report.serviceTime = 0.1 * (i + 1);
        table.Update(observation, At(0));
    }
    SeededStream random(1);
    const auto policy = Make("prequal:0.75");
    std::string picks;
    for (int i = 0; i < 6; ++i)
    {
        const AgentIndex agent = policy->Pick(table, At(1), random).value();
        picks += std::to_string(agent);
        table.OnDispatch(agent, At(1));
    }
    // Three quarters of four is the third: 0 is picked whenever two of the others are as busy as
    // it, else 1, the fastest of the cold.
    CHECK(picks == "010101");
    // In flight are 4, 4, 1, 1; with a quantile of a half 2 and 3 are cold.
    CHECK(Make("prequal:0.5")->Pick(table, At(2), random) == 2U);
    table.OnCompletion(0, FromSeconds(1), true, At(2));
    table.OnCompletion(0, FromSeconds(1), true, At(2));
    table.OnCompletion(0, FromSeconds(1), true, At(2));
    CHECK(Make("prequal:0.5")->Pick(table, At(2), random) == 0U);
}

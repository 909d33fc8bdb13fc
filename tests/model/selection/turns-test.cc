#include "model/selection/policies/dynamic-feedback.h"
#include "tests/catch.h"
#include "tests/model/support/picks.h"

#include <cmath>
#include <set>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** \return the shares of many picks, by index; dispatches them when asked to. */
std::vector<double>
Shares(const std::string& policy, StatusTable& table, int picks, bool dispatch = false)
{
    const auto made = Make(policy);
    SeededStream random(7);
    std::vector<double> shares(table.Size());
    for (int i = 0; i < picks; ++i)
    {
        const AgentIndex agent = made->Pick(table, At(1), random).value();
        shares.at(agent) += 1.0 / picks;
        if (dispatch)
        {
            table.OnDispatch(agent, At(1));
        }
    }
    return shares;
}

} // namespace

TEST_CASE("smooth weighted turns are those of nginx's example")
{
    const StatusTable table = TableOfWeights({5, 1, 1});
    SeededStream random(1);
    const auto policy = Make("smooth-weighted");
    CHECK(NextPicks(*policy, table, 14, random) == "a a b a c a a a a b a c a a");
}

TEST_CASE("smooth weighted turns are exact in every period of whole weights")
{
    StatusTable table = TableOfWeights({3, 2, 7, 1});
    SeededStream random(1);
    const auto policy = Make("smooth-weighted");
    for (int period = 0; period < 50; ++period)
    {
        std::vector<int> counts(4);
        for (int i = 0; i < 13; ++i)
        {
            ++counts.at(policy->Pick(table, At(1), random).value());
        }
        CHECK(counts == std::vector<int>{3, 2, 7, 1});
    }
}

TEST_CASE("smooth weighted turns take the weight from the score of either sense")
{
    StatusTable table = TableOfWeights({1, 2, 5}, "min: 1 / weight");
    const auto shares = Shares("smooth-weighted", table, 800);
    CHECK(shares[0] == Approx(1 / 8.0));
    CHECK(shares[1] == Approx(2 / 8.0));
    CHECK(shares[2] == Approx(5 / 8.0));
}

TEST_CASE("an index that is given again starts anew")
{
    SmoothTurn turn;
    turn.Next({0, 1}, {1, 100});
    turn.Forget(0);
    turn.Forget(1);
    CHECK(turn.Next({0, 1}, {2, 1}) == 0);
    CHECK(turn.Next({0, 1}, {2, 1}) == 1);
}

TEST_CASE("deadlines give every agent the share of its weight, within one turn")
{
    StatusTable table = TableOfWeights({1, 2.5, 4, 0.5});
    constexpr int picks = 8'000;
    const auto shares = Shares("earliest-deadline", table, picks);
    for (const auto& [agent, weight] :
         std::vector<std::pair<std::size_t, double>>{{0, 1}, {1, 2.5}, {2, 4}, {3, 0.5}})
    {
        CAPTURE(agent);
        CHECK(shares[agent] == Approx(weight / 8).margin(2.0 / picks));
    }
}

TEST_CASE("equal weights by deadline are a round robin in a random order")
{
    const StatusTable table = TableOfWeights({1, 1, 1, 1, 1});
    std::set<std::string> orders;
    for (std::uint64_t seed = 1; seed <= 40; ++seed)
    {
        SeededStream random(seed);
        const auto policy = Make("earliest-deadline");
        const std::string first = NextPicks(*policy, table, 5, random);
        CHECK(NextPicks(*policy, table, 5, random) == first);
        orders.insert(first);
    }
    // Of 120 orders 40 draws find this few once in far more than a million.
    CHECK(orders.size() > 20);
}

TEST_CASE("an agent that comes back or is new waits a random part of its period")
{
    StatusTable table = TableOfWeights({1, 1, 1});
    SeededStream random(3);
    const auto policy = Make("earliest-deadline");
    for (int i = 0; i < 3'000; ++i)
    {
        policy->Pick(table, At(1), random);
    }
    table.Update(Observe(3), At(1));
    // Three old ones and the new one share from now on: it catches up nothing.
    std::vector<int> counts(4);
    for (int i = 0; i < 400; ++i)
    {
        ++counts.at(policy->Pick(table, At(1), random).value());
    }
    for (const int count : counts)
    {
        CHECK(count >= 99);
        CHECK(count <= 101);
    }
}

TEST_CASE("an agent that goes is not waited for, and its successor inherits nothing")
{
    StatusTable table = TableOfWeights({1, 1e-6, 1});
    SeededStream random(3);
    const auto policy = Make("earliest-deadline");
    NextPicks(*policy, table, 20, random);
    for (const unsigned old : {0U, 2U})
    {
        table.Update(Observe(old), At(49));
    }
    table.Advance(At(50.5));
    REQUIRE(table.Size() == 2);
    policy->OnRemoved(1);
    table.Update(Observe(9), At(51));
    REQUIRE(table.Get(1).id == "agent-9");
    std::vector<int> counts(3);
    for (int i = 0; i < 300; ++i)
    {
        ++counts.at(policy->Pick(table, At(51), random).value());
    }
    CHECK(counts[1] >= 99);
}

TEST_CASE("a weight of the connections in flight by deadline is Envoy's least request")
{
    // Nothing ends: shares are such that weight / (x + 1) rates agree, x in proportion to
    // the square root of the weight in the limit.
    StatusTable table = TableOfWeights({1, 4}, "max: weight / (inflight + 1)");
    const auto shares = Shares("earliest-deadline", table, 6'000, true);
    CHECK(shares[1] / shares[0] == Approx(2).epsilon(0.02));
}

TEST_CASE("who has no weight yet takes turns like the average")
{
    StatusTable table(MakeFormula("max: rate"), TableTiming());
    for (unsigned i = 0; i < 3; ++i)
    {
        Observation observation = Observe(i);
        observation.report.rate = i == 2 ? std::nullopt : std::optional(i == 0 ? 100.0 : 300.0);
        table.Update(observation, At(0));
    }
    const auto shares = Shares("earliest-deadline", table, 6'000);
    CHECK(shares[2] == Approx(1 / 3.0).margin(1e-3));
    CHECK(shares[1] == Approx(1 / 2.0).margin(1e-3));
}

TEST_CASE("dynamic feedback moves a weight by the cube root of the distance from the set point")
{
    StatusTable table(MakeFormula("min: 1 - cpu / 100"), TableTiming());
    DynamicFeedbackPolicy policy(5, {});
    const auto report = [&](unsigned agent, double load, double weight = 1)
    {
        Observation observation = Observe(agent);
        observation.report.cpu = 100 * (1 - load);
        observation.report.weight = weight;
        policy.OnReport(table, *table.Update(observation, At(0)), At(0));
    };
    report(0, 0.95 - 0.125);
    CHECK(policy.WeightNow(table, 0) == Approx(10 + 5 * 0.5));
    report(0, 0.95);
    CHECK(policy.WeightNow(table, 0) == Approx(12.5));
    // cbrt(0.95 - 1) = -0.368.
    report(0, 1);
    CHECK(policy.WeightNow(table, 0) == Approx(12.5 - 5 * std::cbrt(0.05)));
    for (int i = 0; i < 5; ++i)
    {
        report(0, 1);
    }
    CHECK(policy.WeightNow(table, 0) == Approx(10));
    for (int i = 0; i < 100; ++i)
    {
        report(0, 0);
    }
    CHECK(policy.WeightNow(table, 0) == Approx(100));
    report(1, 0.95, 3);
    CHECK(policy.WeightNow(table, 1) == Approx(30));
}

TEST_CASE("dynamic feedback shares by its weights, and an unknown load changes none")
{
    StatusTable table(MakeFormula("min: load"), TableTiming());
    DynamicFeedbackPolicy policy(5, {});
    for (int round = 0; round < 100; ++round)
    {
        for (unsigned agent = 0; agent < 3; ++agent)
        {
            Observation observation = Observe(agent);
            observation.report.load1 =
                agent == 2 ? std::nullopt : std::optional(agent == 0 ? 0.0 : 5.0);
            policy.OnReport(table, *table.Update(observation, At(0)), At(0));
        }
    }
    SeededStream random(1);
    std::vector<int> counts(3);
    for (int i = 0; i < 1'200; ++i)
    {
        ++counts.at(policy.Pick(table, At(1), random).value());
    }
    CHECK(counts == std::vector<int>{1'000, 100, 100});
}

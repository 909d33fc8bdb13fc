#include "tests/catch.h"
#include "tests/model/support/chi-square.h"
#include "tests/model/support/picks.h"

#include <algorithm>
#include <map>
#include <set>

using namespace sonda;
using namespace sonda::test;

TEST_CASE("random picks every candidate alike")
{
    constexpr std::uint64_t seed = 12;
    SeededStream random(seed);
    const auto counts = CountPicks("random", MakeTable("min: ram", 7), 35'000, random);
    CAPTURE(seed);
    CHECK(ChiSquare(counts, std::vector<double>(7, 5'000)) < ChiSquareBound(6));
}

TEST_CASE("weighted picks in proportion to the weights")
{
    constexpr std::uint64_t seed = 13;
    constexpr int picks = 110'000;
    StatusTable table = MakeTable("min: ram", 4);
    const std::vector<double> weights = {1, 2, 0.5, 7.5};
    std::vector<double> expected;
    for (unsigned i = 0; i < weights.size(); ++i)
    {
        Observation observation = Observe(i);
        observation.report.weight = weights[i];
        table.Update(observation, At(0));
        expected.push_back(picks * weights[i] / 11);
    }
    SeededStream random(seed);
    CAPTURE(seed);
    CHECK(ChiSquare(CountPicks("weighted", table, picks, random), expected) < ChiSquareBound(3));
}

TEST_CASE("weighted follows a weight that a report changes, and counts candidates only")
{
    StatusTable table = MakeTable("min: ram", 3);
    Observation observation = Observe(0);
    observation.report.weight = 1e6;
    table.Update(observation, At(0));
    SeededStream random(14);
    CHECK(CountPicks("weighted", table, 100, random).at(0) == 100);
    observation.report.state = ServerState::DRAIN;
    table.Update(observation, At(0));
    const auto counts = CountPicks("weighted", table, 2'000, random);
    CHECK(counts[0] == 0);
    // Half of 2,000 with a standard deviation of 22.4; 4.9 of them.
    CHECK(static_cast<double>(counts[1]) == Approx(1000).margin(110));
}

TEST_CASE("round-robin takes a steady fleet in turn")
{
    StatusTable table = MakeTable("min: ram", 5);
    SeededStream random(1);
    const auto policy = Make("round-robin");
    for (AgentIndex i = 0; i < 20; ++i)
    {
        CHECK(policy->Pick(table, At(1), random) == i % 5);
    }
}

TEST_CASE("round-robin is fair under arrivals and departures")
{
    // Between two picks of one agent every agent that was a candidate all that time has one turn.
    constexpr std::uint64_t seed = 31;
    SeededStream random(seed);
    StatusTable table = MakeTable("min: ram", 6);
    const auto policy = Make("round-robin");
    std::map<AgentIndex, std::vector<AgentIndex>> sincePick; // by agent: the picks after its last
    std::map<AgentIndex, std::set<AgentIndex>> steady;       // and who was there ever since
    for (int i = 0; i < 20'000; ++i)
    {
        if (random.Chance(0.2))
        {
            Observation change = Observe(static_cast<unsigned>(random.Below(12)));
            change.report.state = random.Chance(0.5) ? ServerState::DRAIN : ServerState::READY;
            table.Update(change, At(1));
        }
        const auto& now = table.Candidates();
        const auto pick = policy->Pick(table, At(1), random);
        if (!pick)
        {
            continue;
        }
        for (auto& [agent, there] : steady)
        {
            for (auto other = there.begin(); other != there.end();)
            {
                const bool present = std::count(now.begin(), now.end(), *other) > 0;
                other = present ? std::next(other) : there.erase(other);
            }
        }
        if (steady.count(*pick) > 0 && steady[*pick].count(*pick) > 0)
        {
            for (const AgentIndex other : steady[*pick])
            {
                const auto& picks = sincePick[*pick];
                INFO("seed " << seed << ", pick " << i << ", agent " << other);
                REQUIRE(std::count(picks.begin(), picks.end(), other) == (other == *pick ? 0 : 1));
            }
        }
        for (auto& [agent, picks] : sincePick)
        {
            picks.push_back(*pick);
        }
        sincePick[*pick].clear();
        steady[*pick] = std::set<AgentIndex>(now.begin(), now.end());
    }
}

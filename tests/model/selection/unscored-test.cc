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

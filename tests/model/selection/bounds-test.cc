#include "tests/catch.h"
#include "tests/model/support/picks.h"

#include <set>

using namespace sonda;
using namespace sonda::test;

namespace
{

std::set<AgentIndex>
Picked(const std::string& policy, const StatusTable& table, const FixedOracle& oracle)
{
    SeededStream random(81);
    const auto made = Make(policy, &oracle);
    std::set<AgentIndex> picked;
    for (int i = 0; i < 200; ++i)
    {
        if (const auto agent = made->Pick(table, At(1), random))
        {
            picked.insert(*agent);
        }
    }
    return picked;
}

} // namespace

TEST_CASE("the fresh shortest queue is that of the truth, whatever was reported")
{
    const StatusTable table = TableOfQueues({0, 9, 9, 9});
    FixedOracle oracle;
    oracle.present = {5, 2, 3, 2};
    CHECK(Picked("fresh-shortest-queue", table, oracle) == std::set<AgentIndex>{1, 3});
}

TEST_CASE("the fresh least work is that of the truth")
{
    const StatusTable table = TableOfQueues({0, 9, 9});
    FixedOracle oracle;
    oracle.present = {0, 9, 9};
    oracle.work = {0.5, 0.25, 0.75};
    CHECK(Picked("fresh-least-work", table, oracle) == std::set<AgentIndex>{1});
}

TEST_CASE("a central queue waits until a core is free")
{
    StatusTable table = MakeTable("min: 0", 3);
    Observation large = Observe(2);
    large.report.cores = 4;
    table.Update(large, At(0));
    FixedOracle oracle;
    oracle.present = {1, 1, 4};
    CHECK(Picked("central-queue", table, oracle).empty());
    oracle.present = {1, 1, 3};
    CHECK(Picked("central-queue", table, oracle) == std::set<AgentIndex>{2});
    // The idle ones before one that has work, of equals any.
    oracle.present = {0, 0, 3};
    CHECK(Picked("central-queue", table, oracle) == std::set<AgentIndex>{0, 1});
    CHECK(Make("central-queue", &oracle)->HoldsBack());
    CHECK_FALSE(Make("fresh-shortest-queue", &oracle)->HoldsBack());
}

TEST_CASE("the bounds pick candidates only")
{
    StatusTable table = MakeTable("min: 0", 3);
    Observation draining = Observe(0);
    draining.report.state = ServerState::DRAIN;
    table.Update(draining, At(1));
    FixedOracle oracle;
    for (const char* policy : {"fresh-shortest-queue", "fresh-least-work", "central-queue"})
    {
        CHECK(Picked(policy, table, oracle) == std::set<AgentIndex>{1, 2});
    }
}

#include "tests/catch.h"
#include "tests/model/support/samples.h"

using namespace sonda;
using namespace sonda::test;

TEST_CASE("an agent that the operator drains is no candidate until it is let in again")
{
    StatusTable table = MakeTable("min: rtt", 3);
    table.SetDrained(1, true, At(1));
    CHECK(table.Candidates() == std::vector<AgentIndex>{0, 2});
    CHECK(table.BestIndexed() == std::vector<AgentIndex>{0, 2});
    table.Update(Observe(1), At(5));
    CHECK(table.Candidates() == std::vector<AgentIndex>{0, 2});
    CHECK(table.Get(1).freshness == Freshness::FRESH);
    table.SetDrained(1, false, At(6));
    CHECK(table.Candidates() == std::vector<AgentIndex>{0, 1, 2});
    CHECK(table.BestIndexed() == std::vector<AgentIndex>{0, 1, 2});
}

TEST_CASE("letting an agent in does not overrule what else keeps it out")
{
    StatusTable table = MakeTable("min: rtt", 1);
    table.SetDrained(0, true, At(1));
    Observation away = Observe(0);
    away.report.state = ServerState::DRAIN;
    table.Update(away, At(5));
    table.SetDrained(0, false, At(6));
    CHECK(table.Candidates().empty());
    table.Update(Observe(0), At(10));
    CHECK(table.Candidates().size() == 1);
}

TEST_CASE("connections of a drained agent go on and are counted")
{
    StatusTable table = MakeTable("min: rtt", 1);
    table.OnDispatch(0, At(1));
    table.SetDrained(0, true, At(2));
    CHECK(table.Get(0).inFlight == 1);
    table.OnCompletion(0, FromSeconds(2), true, At(3));
    CHECK(table.Get(0).completions == 1);
    CHECK(table.Candidates().empty());
}

TEST_CASE("a removed agent is not drained when it comes back: the table forgets it whole")
{
    StatusTable table = MakeTable("min: rtt", 1);
    table.SetDrained(0, true, At(1));
    table.Advance(At(100));
    REQUIRE(table.Size() == 0);
    REQUIRE_FALSE(table.Has(0));
    const auto agent = table.Update(Observe(0), At(101));
    REQUIRE(table.Has(*agent));
    CHECK(table.Candidates().size() == 1);
}

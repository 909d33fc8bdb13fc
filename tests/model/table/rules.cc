#include "tests/catch.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/table-steps.h"

using namespace sonda;
using namespace sonda::test;

namespace
{

using Agents = std::vector<AgentIndex>;

} // namespace

TEST_CASE("a full agent is no candidate until one of its connections ends")
{
    StatusTable table = MakeTable("min: rtt", 2);
    TableRules rules;
    rules.mostInFlight = 2;
    table.SetRules(rules, At(0));
    table.OnDispatch(0, At(1));
    CHECK(table.Candidates() == Agents{0, 1});
    table.OnDispatch(0, At(1));
    CHECK(table.Candidates() == Agents{1});
    CHECK(table.BestIndexed() == Agents{1});
    Hear(table, 0, 2); // a report does not empty it
    CHECK(table.Candidates() == Agents{1});
    table.OnCompletion(0, Duration(1), true, At(2));
    CHECK(table.Candidates() == Agents{0, 1});
    CHECK(table.BestIndexed() == Agents{0, 1});
    // A lower limit holds at once, none frees everybody.
    rules.mostInFlight = 1;
    table.SetRules(rules, At(3));
    CHECK(table.Candidates() == Agents{1});
    table.SetRules(TableRules(), At(3));
    CHECK(table.Candidates() == Agents{0, 1});
}

TEST_CASE("the share of slow start grows evenly from its first value to all")
{
    TableRules rules;
    rules.slowStart = std::chrono::seconds(30);
    CHECK(SlowStartShare(rules, At(0), At(0)) == Approx(0.1));
    CHECK(SlowStartShare(rules, At(0), At(15)) == Approx(0.55));
    CHECK(SlowStartShare(rules, At(0), At(30)) == 1);
    CHECK(SlowStartShare(rules, At(0), At(1e6)) == 1);
    CHECK(SlowStartShare(TableRules(), At(0), At(0)) == 1);
}

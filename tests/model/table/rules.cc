#include "tests/catch.h"
#include "tests/model/support/samples.h"

using namespace sonda;
using namespace sonda::test;

namespace
{

using Agents = std::vector<AgentIndex>;

void
Hear(StatusTable& table, unsigned number, double now)
{
    REQUIRE(table.Update(Observe(number), At(now)));
}

void
Fail(StatusTable& table, AgentIndex agent, double now)
{
    table.OnDispatch(agent, At(now));
    table.OnConnectFailure(agent, At(now));
}

void
ResetEarly(StatusTable& table, AgentIndex agent, double now)
{
    table.OnDispatch(agent, At(now));
    table.OnConnected(agent);
    table.OnEarlyReset(agent, At(now));
    table.OnCompletion(agent, Duration(1), false, At(now));
}

/** Four agents of which the last three fall silent at 0. */
StatusTable
MakePanic(double below = 0.5)
{
    StatusTable table = MakeTable("min: rtt", 4);
    TableRules rules;
    rules.panicBelow = below;
    table.SetRules(rules, At(0));
    return table;
}

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

TEST_CASE("early resets in a row make an agent rest, and a good end forgives them")
{
    StatusTable table = MakeTable("min: rtt", 1);
    TableRules rules;
    rules.earlyResetsToRest = 3;
    table.SetRules(rules, At(0));
    ResetEarly(table, 0, 1);
    ResetEarly(table, 0, 1);
    table.OnDispatch(0, At(1));
    table.OnCompletion(0, Duration(1), true, At(1));
    ResetEarly(table, 0, 1);
    ResetEarly(table, 0, 1);
    CHECK(table.Candidates().size() == 1);
    ResetEarly(table, 0, 1);
    CHECK(table.Candidates().empty());
    Hear(table, 0, 2);
    CHECK(table.Candidates().size() == 1); // for another trial
    ResetEarly(table, 0, 2);
    Hear(table, 0, 3);
    CHECK(table.Candidates().empty()); // twice as long
    Hear(table, 0, 4);
    CHECK(table.Candidates().size() == 1);
    CHECK(table.Get(0).failures == 6);
    CHECK(table.Get(0).connectFailures == 0);
}

TEST_CASE("without the rule early resets change nothing")
{
    StatusTable table = MakeTable("min: rtt", 1);
    for (int i = 0; i < 100; ++i)
    {
        ResetEarly(table, 0, 1);
    }
    CHECK(table.Candidates().size() == 1);
}

TEST_CASE("when most agents are lost at once the dead ones are candidates and stay")
{
    StatusTable table = MakePanic();
    for (double now = 5; now <= 200; now += 5)
    {
        Hear(table, 0, now);
        CHECK(table.InPanic() == now >= 15);
        CHECK(table.Candidates() == Agents{0, 1, 2, 3});
        CHECK(table.BestIndexed() == Agents{0, 1, 2, 3});
    }
    Hear(table, 1, 201); // half of them are there again
    CHECK_FALSE(table.InPanic());
    CHECK(table.Candidates() == Agents{0, 1});
    table.Advance(At(207)); // the others are forgotten, as they would have been
    CHECK(table.Size() == 2);
}

TEST_CASE("servers that are really gone cost one trial each and end the panic")
{
    StatusTable table = MakePanic();
    Hear(table, 0, 14);
    table.Advance(At(15));
    REQUIRE(table.InPanic());
    Fail(table, 1, 15);
    CHECK(table.InPanic()); // 1 of 3
    CHECK(table.Candidates() == Agents{0, 2, 3});
    Fail(table, 2, 15);
    CHECK_FALSE(table.InPanic()); // 1 of 2
    CHECK(table.Candidates() == Agents{0});
}

TEST_CASE("who said that it drains is not lost")
{
    StatusTable table = MakePanic();
    for (const unsigned number : {1U, 2U, 3U})
    {
        Observation last = Observe(number);
        last.report.state = number == 3 ? ServerState::DOWN : ServerState::DRAIN;
        REQUIRE(table.Update(last, At(1)));
    }
    Hear(table, 0, 14);
    table.Advance(At(20));
    CHECK_FALSE(table.InPanic());
    CHECK(table.Candidates() == Agents{0});
}

TEST_CASE("without the rule there is no panic")
{
    StatusTable table = MakePanic(0);
    table.Advance(At(15));
    CHECK(table.Candidates().empty());
    table.Advance(At(50));
    CHECK(table.Size() == 0);
}

TEST_CASE("all agents lost is panic too, and one agent is all")
{
    StatusTable table = MakeTable("min: rtt", 1);
    TableRules rules;
    rules.panicBelow = 0.5;
    table.SetRules(rules, At(0));
    table.Advance(At(1000));
    CHECK(table.Candidates() == Agents{0});
    Fail(table, 0, 1000);
    CHECK(table.Candidates().empty());
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

TEST_CASE("agents that are new or return start slowly, the first ones do not")
{
    StatusTable table(MakeFormula("min: rtt"), TableTiming());
    TableRules rules;
    rules.slowStart = std::chrono::seconds(30);
    table.SetRules(rules, At(0));
    Hear(table, 0, 100);
    Hear(table, 1, 105); // within an interval: there was nobody to spare it
    CHECK(table.StartShare(0, At(105)) == 1);
    CHECK(table.StartShare(1, At(105)) == 1);
    Hear(table, 0, 110);
    Hear(table, 2, 110);
    CHECK(table.StartShare(2, At(110)) == Approx(0.1));
    CHECK(table.StartShare(2, At(125)) == Approx(0.55));
    Hear(table, 0, 120); // 1 is dead now
    Hear(table, 1, 121);
    CHECK(table.StartShare(1, At(121)) == Approx(0.1));
    // Back from a rest.
    Fail(table, 0, 122);
    Hear(table, 0, 123);
    CHECK(table.StartShare(0, At(123)) == Approx(0.1));
}

#include "model/table/score-inputs.h"
#include "tests/catch.h"
#include "tests/model/support/samples.h"

#include <cmath>
#include <limits>

using namespace sonda;
using namespace sonda::test;

TEST_CASE("what was sent and what ended is counted from the report on")
{
    StatusTable table(MakeFormula("min: reported + sent - done"), TableTiming());
    Observation observation = Observe(0);
    observation.report.inFlight = 7;
    table.Update(observation, At(0));
    const auto dispatch = [&](int times)
    {
        for (int i = 0; i < times; ++i)
        {
            table.OnDispatch(0, At(1));
        }
    };
    dispatch(5);
    CHECK(table.Score(0, At(1)) == 12);
    table.OnCompletion(0, FromSeconds(1), true, At(2));
    table.OnCompletion(0, FromSeconds(1), false, At(2));
    table.OnAbandon(0, At(2));
    table.OnConnectFailure(0, At(2));
    CHECK(table.Score(0, At(2)) == 8);
    observation.report.inFlight = 1;
    table.Update(observation, At(5));
    CHECK(table.Score(0, At(5)) == 1);
    dispatch(2);
    CHECK(table.Score(0, At(6)) == 3);
    CHECK(LikelyInFlight(table.Get(0)) == 3);
}

TEST_CASE("a report that was overtaken does not restart the count")
{
    StatusTable table(MakeFormula("min: reported + sent - done"), TableTiming());
    Observation observation = Observe(0);
    observation.report.inFlight = 7;
    table.Update(observation, At(0));
    table.OnDispatch(0, At(1));
    observation.hold = FromSeconds(3);
    observation.elapsed = FromSeconds(3.5);
    table.Update(observation, At(2));
    CHECK(table.Score(0, At(2)) == 8);
}

TEST_CASE(
    "what is likely in flight is never less than nothing, and the own count where none is told")
{
    StatusTable table = MakeTable("min: ram", 2);
    Observation observation = Observe(0);
    observation.report.inFlight = 0;
    table.Update(observation, At(1));
    for (const AgentIndex agent : {0U, 0U, 1U, 1U, 1U})
    {
        table.OnDispatch(agent, At(1));
    }
    table.Update(observation, At(2));
    table.OnCompletion(0, FromSeconds(1), true, At(2));
    CHECK(LikelyInFlight(table.Get(0)) == 0);
    CHECK(LikelyInFlight(table.Get(1)) == 3);
}

TEST_CASE("the table knows how many connections there are in all, and when the last one was sent")
{
    StatusTable table = MakeTable("min: idle", 2);
    CHECK(table.TotalInFlight() == 0);
    table.OnDispatch(0, At(1));
    table.OnDispatch(1, At(3));
    table.OnDispatch(1, At(4));
    CHECK(table.TotalInFlight() == 3);
    CHECK(table.Score(0, At(5)) == 4);
    CHECK(table.Score(1, At(5)) == 1);
    table.OnAbandon(1, At(5));
    table.OnConnectFailure(1, At(5));
    table.OnCompletion(0, FromSeconds(1), true, At(5));
    CHECK(table.TotalInFlight() == 0);
}

TEST_CASE("the estimates of a formula follow completions that end well")
{
    struct Case
    {
        const char* formula;
        double expected;
    };
    // 1 s ends at 2 s, 3 s at 4 s; looked at at 14 s.
    for (const auto& [formula, expected] : {Case{"min: latency_peak", 3 * std::exp(-1)},
                                            Case{"min: latency_steady", 1 + 0.05 * 2},
                                            Case{"min: latency_mean", 2},
                                            Case{"min: waiting", 9}})
    {
        CAPTURE(formula);
        StatusTable table = MakeTable(formula, 1);
        for (int i = 0; i < 3; ++i)
        {
            table.OnDispatch(0, At(1));
        }
        table.OnCompletion(0, FromSeconds(1), true, At(2));
        table.OnCompletion(0, FromSeconds(3), true, At(4));
        table.OnCompletion(0, FromSeconds(3), false, At(4));
        table.OnDispatch(0, At(5));
        CHECK(table.Score(0, At(14)) == Approx(expected));
    }
}

TEST_CASE("estimates begin anew with a formula that looks at them")
{
    StatusTable table = MakeTable("min: ram", 1);
    table.OnDispatch(0, At(1));
    table.OnDispatch(0, At(1));
    table.SetFormula(MakeFormula("min: waiting + latency_mean"), At(5));
    CHECK(table.Score(0, At(8)) == Approx(3));
    // One that was sent before ends; what is known of the other is that it waits since the change.
    table.OnCompletion(0, FromSeconds(7), true, At(8));
    CHECK(table.Score(0, At(8)) == Approx(7));
    table.OnCompletion(0, FromSeconds(7), false, At(8));
    CHECK(table.Score(0, At(8)) == Approx(7));
    table.SetFormula(MakeFormula("min: latency_mean"), At(9));
    CHECK(table.Score(0, At(9)) == 0);
}

TEST_CASE("the version grows with reports and changes of the candidates, and not with dispatches")
{
    StatusTable table = MakeTable("min: ram", 2);
    auto version = table.Version();
    const auto grew = [&]
    {
        const bool more = table.Version() > version;
        version = table.Version();
        return more;
    };
    table.OnDispatch(0, At(1));
    table.OnCompletion(0, FromSeconds(1), true, At(1));
    table.Advance(At(2));
    CHECK_FALSE(grew());
    table.Update(Observe(0), At(2));
    CHECK(grew());
    table.OnDispatch(0, At(2));
    table.OnConnectFailure(0, At(2));
    CHECK(grew());
    table.Advance(At(15.1));
    CHECK(grew());
    table.Update(Observe(7), At(16));
    CHECK(grew());
    table.SetFormula(MakeFormula("min: cpu"), At(16));
    CHECK(grew());
    TableRules rules;
    rules.mostInFlight = 1;
    table.SetRules(rules, At(16));
    CHECK(grew());
    table.OnDispatch(*table.Find("agent-7"), At(16));
    CHECK(grew());
}

TEST_CASE("a table without limits forgets nobody")
{
    TableTiming timing;
    timing.staleAfter = timing.deadAfter = timing.removedAfter =
        std::numeric_limits<double>::infinity();
    StatusTable table(MakeFormula("min: ram"), timing);
    table.Update(Observe(0), At(0));
    table.Advance(At(1e8));
    CHECK_FALSE(table.NextExpiry());
    CHECK(table.Candidates().size() == 1);
    CHECK(table.Get(0).freshness == Freshness::FRESH);
}

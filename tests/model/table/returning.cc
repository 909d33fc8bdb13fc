#include "tests/catch.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/table-steps.h"

#include <functional>

using namespace sonda;
using namespace sonda::test;

/** Who returns starts slowly or not by what it did, not by what others did at that moment. */
namespace
{

void
Say(StatusTable& table, unsigned number, ServerState state, double now)
{
    Observation observation = Observe(number);
    observation.report.state = state;
    REQUIRE(table.Update(observation, At(now)));
}

void
Serve(StatusTable& table, AgentIndex agent, double now)
{
    table.OnDispatch(agent, At(now));
    table.OnConnected(agent);
    table.OnCompletion(agent, Duration(1), true, At(now));
}

TableRules
SlowRules()
{
    TableRules rules;
    rules.slowStart = std::chrono::seconds(30);
    rules.panicBelow = 0.5;
    rules.earlyResetsToRest = 3;
    return rules;
}

/** Agents 0 to 3, at the indices 0 to 3, warm since long; all answer every 5 s up to 100 s. */
StatusTable
MakeWarm()
{
    StatusTable table(MakeFormula("min: rtt"), TableTiming());
    table.SetRules(SlowRules(), At(0));
    for (double now = 0; now <= 100; now += 5)
    {
        for (unsigned number = 0; number < 4; ++number)
        {
            Hear(table, number, now);
        }
    }
    return table;
}

/** All but those that are in \p silent answer every 5 s from 105 s to \p end. */
void
GoOn(StatusTable& table, double end, const std::vector<unsigned>& silent)
{
    for (double now = 105; now <= end; now += 5)
    {
        for (unsigned number = 0; number < 4; ++number)
        {
            if (std::find(silent.begin(), silent.end(), number) == silent.end())
            {
                Hear(table, number, now);
            }
        }
    }
}

} // namespace

TEST_CASE("agents that are new start slowly, the first ones do not")
{
    StatusTable table(MakeFormula("min: rtt"), TableTiming());
    TableRules rules;
    rules.slowStart = std::chrono::seconds(30);
    table.SetRules(rules, At(0));
    Hear(table, 0, 100);
    Hear(table, 1, 105); // the next round: there was nobody to spare it
    CHECK(table.StartShare(0, At(105)) == 1);
    CHECK(table.StartShare(1, At(105)) == 1);
    Hear(table, 0, 110);
    Hear(table, 2, 110);
    CHECK(table.StartShare(2, At(110)) == Approx(0.1));
    CHECK(table.StartShare(2, At(125)) == Approx(0.55));
}

TEST_CASE("who misses the first probe is not spared, wherever in the window answers come")
{
    for (const double window : {0.0, 0.5, 2.5, 5.0})
    {
        for (const double first : {0.0, 0.3, 1.0})
        {
            for (const double second : {0.0, 0.3, 1.0})
            {
                TableTiming timing;
                timing.window = FromSeconds(window);
                StatusTable table(MakeFormula("min: rtt"), timing);
                table.SetRules(SlowRules(), At(0));
                Hear(table, 0, 100 + first * window);
                const double now = 105 + second * window + 0.01;
                Hear(table, 1, now);
                CAPTURE(window, first, second);
                CHECK(table.StartShare(1, At(now)) == 1);
            }
        }
    }
}

TEST_CASE("the end of a panic does not make those start slowly that served in it")
{
    StatusTable table = MakeWarm();
    GoOn(table, 120, {1, 2, 3});
    REQUIRE(table.InPanic());
    // Each answers some time after the other; the first ends the panic.
    const double apart[] = {0, 0.05, 0.4};
    for (unsigned number = 1; number < 4; ++number)
    {
        Hear(table, number, 125 + apart[number - 1]);
        CHECK_FALSE(table.InPanic());
    }
    for (AgentIndex agent = 0; agent < 4; ++agent)
    {
        CHECK(table.StartShare(agent, At(125.5)) == 1);
    }
}

TEST_CASE("a slow start goes on where it was when a panic has come and gone")
{
    StatusTable table = MakeWarm();
    Hear(table, 4, 100); // new
    CHECK(table.StartShare(4, At(100)) == Approx(0.1));
    for (const double now : {105.0, 110.0})
    {
        Hear(table, 4, now);
    }
    CHECK(table.StartShare(4, At(115)) == Approx(0.55));
}

TEST_CASE("silence by itself costs nothing until the agent is forgotten")
{
    for (const bool serves : {false, true})
    {
        for (const double silence : {6.0, 12.0, 17.0, 20.0, 40.0, 60.0})
        {
            StatusTable table = MakeWarm();
            GoOn(table, 100 + silence, {1});
            CAPTURE(serves, silence);
            const bool isKnown = silence < 50; // ten intervals
            if (serves && isKnown)
            {
                // A connection of before that goes on, and ends well.
                Serve(table, 1, 100 + silence - 4);
            }
            Hear(table, 1, 100 + silence);
            const AgentIndex agent = *table.Find(Observe(1).id);
            CHECK(table.StartShare(agent, At(100 + silence)) == Approx(isKnown ? 1 : 0.1));
        }
    }
}

TEST_CASE("who was silent and refused somebody meanwhile was gone")
{
    for (const double silence : {6.0, 12.0, 20.0, 40.0})
    {
        StatusTable table = MakeWarm();
        GoOn(table, 100, {1});
        table.OnDispatch(1, At(102));
        table.OnConnectFailure(1, At(102.01));
        GoOn(table, 100 + silence, {1});
        Hear(table, 1, 100 + silence); // it rests for one report
        CAPTURE(silence);
        CHECK(table.StartShare(1, At(100 + silence)) == Approx(0.1));
    }
}

TEST_CASE("who refused, was taken out or says goodbye starts slowly, however short it was away")
{
    using Leave = std::function<void(StatusTable&)>;
    const std::vector<std::pair<const char*, Leave>> ways = {
        {"a failed connect",
         [](StatusTable& table)
         {
             table.OnDispatch(1, At(101));
             table.OnConnectFailure(1, At(101));
         }},
        {"drain", [](StatusTable& table) { Say(table, 1, ServerState::DRAIN, 101); }},
        {"down", [](StatusTable& table) { Say(table, 1, ServerState::DOWN, 101); }},
        {"drained by hand",
         [](StatusTable& table)
         {
             table.SetDrained(1, true, At(101));
             table.SetDrained(1, false, At(102));
         }},
        {"early resets",
         [](StatusTable& table)
         {
             for (int i = 0; i < 3; ++i)
             {
                 table.OnDispatch(1, At(101));
                 table.OnConnected(1);
                 table.OnEarlyReset(1, At(101));
                 table.OnCompletion(1, Duration(1), false, At(101));
             }
         }},
    };
    for (const auto& [name, leave] : ways)
    {
        CAPTURE(name);
        StatusTable table = MakeWarm();
        Serve(table, 1, 100.5);
        leave(table);
        GoOn(table, 105, {});
        CHECK(table.Candidates().size() == 4);
        CHECK(table.StartShare(1, At(105)) >= 0.1);
        CHECK(table.StartShare(1, At(105)) <= 0.2);
        CHECK(table.StartShare(0, At(105)) == 1);
    }
}

TEST_CASE("who served on the floor is not spared when its rest is over")
{
    StatusTable table = MakeWarm();
    for (AgentIndex agent = 0; agent < 4; ++agent)
    {
        for (int i = 0; i < 3; ++i)
        {
            table.OnDispatch(agent, At(101));
            table.OnConnected(agent);
            table.OnEarlyReset(agent, At(101));
            table.OnCompletion(agent, Duration(1), false, At(101));
        }
    }
    REQUIRE(table.OnFloor());
    GoOn(table, 105, {});
    for (AgentIndex agent = 0; agent < 4; ++agent)
    {
        CAPTURE(agent);
        CHECK(table.StartShare(agent, At(105)) == 1);
    }
}

TEST_CASE("a server that an agent moved to is new, although the agent is not")
{
    StatusTable table = MakeWarm();
    GoOn(table, 105, {1});
    Observation moved = Observe(1);
    moved.server.address = "10.9.9.9";
    REQUIRE(table.Update(moved, At(108))); // stale, and a candidate all the time
    CHECK(table.StartShare(1, At(108)) == Approx(0.1));
}

TEST_CASE("an agent that starts anew under another name is the same server")
{
    StatusTable table = MakeWarm();
    GoOn(table, 105, {1});
    Observation renamed = Observe(1);
    renamed.id = "another";
    REQUIRE(*table.Update(renamed, At(108)) == 1);
    CHECK(table.StartShare(1, At(108)) == 1);
}

TEST_CASE("when most agents start slowly their share is greater: nobody gets more than twice his")
{
    StatusTable table = MakeWarm();
    CHECK(table.LeastShare() == 0);
    for (const AgentIndex agent : {1U, 2U, 3U})
    {
        table.OnDispatch(agent, At(101));
        table.OnConnectFailure(agent, At(101));
    }
    GoOn(table, 105, {});
    CHECK(table.StartShare(1, At(105)) == Approx(0.1));
    const double least = table.LeastShare();
    CHECK(least == Approx(1.0 / 3));
    CHECK(4 / (1 + 3 * least) == Approx(2));
    GoOn(table, 130, {});
    table.Advance(At(134.9));
    CHECK(table.LeastShare() > 0);
    table.SetRules(SlowRules(), At(136));
    table.Advance(At(136));
    CHECK(table.LeastShare() == 0);
}

TEST_CASE("rules that change spare nobody who was there before, and go on with who is new")
{
    StatusTable table(MakeFormula("min: rtt"), TableTiming());
    for (double now = 0; now <= 100; now += 5)
    {
        Hear(table, 0, now);
        Hear(table, 1, now);
    }
    table.SetRules(SlowRules(), At(101)); // none before
    CHECK(table.StartShare(0, At(101)) == 1);
    CHECK(table.LeastShare() == 0);
    Hear(table, 2, 102);
    CHECK(table.StartShare(2, At(102)) == Approx(0.1));
    TableRules longer = SlowRules();
    longer.slowStart = std::chrono::seconds(60);
    longer.probation = std::chrono::seconds(90);
    table.SetRules(longer, At(117));
    CHECK(table.StartShare(0, At(117)) == 1);
    CHECK_FALSE(table.HasItsFill(0, At(117)));
    CHECK(table.StartShare(2, At(117)) == Approx(0.1 + 0.9 * 15 / 60));
}

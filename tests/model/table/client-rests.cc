#include "tests/catch.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/seeded-stream.h"
#include "tests/model/support/table-steps.h"

using namespace sonda;
using namespace sonda::test;

namespace
{

using Agents = std::vector<AgentIndex>;

void
ResetEarly(StatusTable& table, AgentIndex agent, double now, int times = 1)
{
    for (int i = 0; i < times; ++i)
    {
        table.OnDispatch(agent, At(now));
        table.OnConnected(agent);
        table.OnEarlyReset(agent, At(now));
        table.OnCompletion(agent, Duration(1), false, At(now));
    }
}

void
EndEmpty(StatusTable& table, AgentIndex agent, double now, int times = 1)
{
    for (int i = 0; i < times; ++i)
    {
        table.OnDispatch(agent, At(now));
        table.OnConnected(agent);
        table.OnEmptyEnd(agent, At(now));
        table.OnCompletion(agent, Duration(1), true, At(now));
    }
}

void
EndWell(StatusTable& table, AgentIndex agent, double now)
{
    table.OnDispatch(agent, At(now));
    table.OnConnected(agent);
    table.OnCompletion(agent, Duration(1), true, At(now));
}

StatusTable
MakeResting(unsigned agents, std::uint32_t resets, std::uint32_t emptyEnds = 0)
{
    StatusTable table = MakeTable("min: rtt", agents);
    TableRules rules;
    rules.earlyResetsToRest = resets;
    rules.emptyEndsToRest = emptyEnds;
    table.SetRules(rules, At(0));
    return table;
}

} // namespace

TEST_CASE("early resets in a row make an agent rest, and a good end forgives them")
{
    StatusTable table = MakeResting(2, 3);
    const Agents both{0, 1};
    const Agents other{1};
    ResetEarly(table, 0, 1, 2);
    EndWell(table, 0, 1);
    ResetEarly(table, 0, 1, 2);
    CHECK(table.Candidates() == both);
    ResetEarly(table, 0, 1);
    CHECK(table.Candidates() == other);
    CHECK(table.Get(0).restReason == RestReason::EARLY_RESETS);
    Hear(table, 0, 2);
    CHECK(table.Candidates() == both); // for another trial
    CHECK(table.Get(0).restReason == RestReason::NONE);
    ResetEarly(table, 0, 2);
    Hear(table, 0, 3);
    CHECK(table.Candidates() == other); // twice as long
    Hear(table, 0, 4);
    CHECK(table.Candidates() == both);
    CHECK(table.Get(0).failures == 6);
    CHECK(table.Get(0).connectFailures == 0);
    CHECK(table.GetCounters().clientRests == 2);
}

TEST_CASE("without the rule early resets and empty ends change nothing")
{
    StatusTable table = MakeTable("min: rtt", 1);
    ResetEarly(table, 0, 1, 100);
    EndEmpty(table, 0, 1, 100);
    CHECK(table.Get(0).restingReports == 0);
    CHECK(table.Get(0).endedEmpty == 100);
    CHECK(table.Get(0).completions == 100);
}

TEST_CASE("empty ends in a row make an agent rest if the rule says so, and no good ends")
{
    StatusTable table = MakeResting(2, 3, 3);
    EndEmpty(table, 0, 1, 2);
    EndWell(table, 0, 1);
    EndEmpty(table, 0, 1, 2);
    CHECK(table.Get(0).restingReports == 0);
    EndEmpty(table, 0, 1);
    CHECK(table.Get(0).restReason == RestReason::EMPTY_ENDS);
    CHECK(table.Candidates() == Agents{1});
}

TEST_CASE("an empty end does not end a row of early resets")
{
    StatusTable table = MakeResting(2, 3);
    ResetEarly(table, 0, 1, 2);
    EndEmpty(table, 0, 1);
    ResetEarly(table, 0, 1);
    CHECK(table.Get(0).restingReports == 1);
}

TEST_CASE("nobody rests for early resets when nobody else is left")
{
    StatusTable table = MakeResting(3, 3);
    ResetEarly(table, 0, 1, 3);
    ResetEarly(table, 1, 1, 3);
    CHECK(table.Candidates() == Agents{2});
    ResetEarly(table, 2, 1, 3);
    CHECK(table.Candidates() == Agents{0, 1, 2});
    CHECK(table.BestIndexed() == Agents{0, 1, 2});
    CHECK(table.OnFloor());
    ResetEarly(table, 0, 1, 10); // on the floor it changes nothing
    CHECK(table.Get(0).restingReports == 1);
    // One that is well is enough for the others to rest; a good end shows it.
    EndWell(table, 1, 1.5);
    CHECK(table.Candidates() == Agents{1});
    CHECK_FALSE(table.OnFloor());
    ResetEarly(table, 1, 2, 3);
    CHECK(table.Candidates() == Agents{0, 1, 2});
    Hear(table, 0, 3);
    CHECK(table.Candidates() == Agents{0});
}

TEST_CASE("whoever failed a connect is not on the floor")
{
    StatusTable table = MakeResting(2, 3);
    ResetEarly(table, 0, 1, 3);
    Fail(table, 1, 1);
    CHECK(table.Candidates() == Agents{0});
    Fail(table, 0, 1); // picked on the floor, it fails worse
    CHECK(table.Candidates().empty());
    CHECK(table.Get(0).restReason == RestReason::CONNECT);
    Hear(table, 0, 2);
    CHECK(table.Candidates() == Agents{0});
}

TEST_CASE("when the others are full, who rests for early resets is picked")
{
    StatusTable table = MakeTable("min: rtt", 2);
    TableRules rules;
    rules.earlyResetsToRest = 3;
    rules.mostInFlight = 1;
    table.SetRules(rules, At(0));
    ResetEarly(table, 0, 1, 3);
    CHECK(table.Candidates() == Agents{1});
    table.OnDispatch(1, At(1));
    CHECK(table.Candidates() == Agents{0});
    CHECK_FALSE(table.IsFull());
    table.OnDispatch(0, At(1));
    CHECK(table.Candidates().empty());
    CHECK(table.IsFull());
    table.OnCompletion(1, Duration(1), true, At(1));
    CHECK(table.Candidates() == Agents{1});
    CHECK_FALSE(table.IsFull());
    CHECK(table.GetCounters().timesFull == 1);
}

TEST_CASE("who rests for early resets is lost, not gone, and stays on the floor in a panic")
{
    StatusTable table = MakeTable("min: rtt", 2);
    for (const double now : {5.0, 10.0})
    {
        Hear(table, 0, now);
        Hear(table, 1, now);
    }
    TableRules rules;
    rules.earlyResetsToRest = 3;
    rules.panicBelow = 0.5;
    table.SetRules(rules, At(10));
    ResetEarly(table, 0, 11, 3);
    ResetEarly(table, 1, 11, 3);
    table.Advance(At(30));
    CHECK(table.InPanic());
    CHECK(table.Candidates() == Agents{0, 1});
}

TEST_CASE("whatever clients do, somebody can be picked while a server accepts")
{
    // Clients that connect at any time and end in any way but a failed connect.
    for (std::uint64_t seed = 1; seed <= 20; ++seed)
    {
        INFO("seed " << seed);
        SeededStream random(seed);
        StatusTable table = MakeResting(4, 1 + seed % 3, seed % 4);
        for (int step = 0; step < 2000; ++step)
        {
            const double now = step * 0.1;
            if (step % 50 == 0)
            {
                for (unsigned agent = 0; agent < 4; ++agent)
                {
                    Hear(table, agent, now);
                }
            }
            REQUIRE_FALSE(table.Candidates().empty());
            const AgentIndex agent = random.OneOf(table.Candidates());
            switch (random.Below(10))
            {
            case 0:
                EndWell(table, agent, now);
                break;
            case 1:
            case 2:
                EndEmpty(table, agent, now);
                break;
            default:
                ResetEarly(table, agent, now);
            }
        }
    }
}

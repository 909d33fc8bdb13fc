#include "tests/catch.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/table-steps.h"

#include <string>

using namespace sonda;
using namespace sonda::test;

namespace
{

using Agents = std::vector<AgentIndex>;

TableRules
PanicRules(double below = 0.5)
{
    TableRules rules;
    rules.panicBelow = below;
    return rules;
}

/** Four agents that answered from -10 s on, of which the last three fall silent at 0. */
StatusTable
MakePanic(double below = 0.5)
{
    StatusTable table(MakeFormula("min: rtt"), TableTiming());
    for (const double now : {-10.0, -5.0, 0.0})
    {
        for (unsigned number = 0; number < 4; ++number)
        {
            Hear(table, number, now);
        }
    }
    table.SetRules(PanicRules(below), At(0));
    return table;
}

} // namespace

TEST_CASE("when most agents are lost at once they are candidates and stay, for 25 intervals")
{
    StatusTable table = MakePanic();
    for (double now = 5; now <= 200; now += 5)
    {
        CAPTURE(now);
        Hear(table, 0, now);
        CHECK(table.InPanic() == (now >= 17.5 && now < 125));
        CHECK(table.Candidates() == (now < 125 ? Agents{0, 1, 2, 3} : Agents{0}));
        CHECK(table.BestIndexed() == table.Candidates());
        CHECK(table.Size() == (now < 125 ? 4 : 1));
    }
    CHECK(table.GetCounters().panics == 1);
}

TEST_CASE("when half of them are there again the panic ends")
{
    StatusTable table = MakePanic();
    Hear(table, 0, 14);
    Hear(table, 0, 50);
    REQUIRE(table.InPanic());
    Hear(table, 1, 61);
    CHECK_FALSE(table.InPanic());
    CHECK(table.Candidates() == Agents{0, 1});
    table.Advance(At(66)); // the others are forgotten, as they would have been
    CHECK(table.Size() == 2);
}

TEST_CASE("servers that are really gone cost one trial each and end the panic")
{
    StatusTable table = MakePanic();
    Hear(table, 0, 14);
    table.Advance(At(17.5));
    REQUIRE(table.InPanic());
    Fail(table, 1, 18);
    CHECK(table.InPanic()); // 1 of 3
    CHECK(table.Candidates() == Agents{0, 2, 3});
    Fail(table, 2, 18);
    CHECK_FALSE(table.InPanic()); // 1 of 2
    CHECK(table.Candidates() == Agents{0});
}

TEST_CASE("who said that it drains is not lost, and left")
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
    CHECK(table.GetCounters().left == 3);
    CHECK(table.GetCounters().lost == 0);
}

TEST_CASE("without the rule there is no panic")
{
    StatusTable table = MakePanic(0);
    table.Advance(At(17.5));
    CHECK(table.Candidates().empty());
    CHECK(table.GetCounters().lost == 4);
    table.Advance(At(50));
    CHECK(table.Size() == 0);
}

TEST_CASE("all agents lost is panic too, and one agent is all")
{
    StatusTable table(MakeFormula("min: rtt"), TableTiming());
    for (const double now : {0.0, 5.0, 10.0})
    {
        Hear(table, 0, now);
    }
    table.SetRules(PanicRules(), At(10));
    table.Advance(At(134));
    CHECK(table.Candidates() == Agents{0});
    Fail(table, 0, 134);
    CHECK(table.Candidates().empty());
    table.Advance(At(135));
    CHECK(table.Size() == 0);
}

TEST_CASE("one burst of strangers does not outlive its senders")
{
    // One real agent, and 25 that answer one request, whatever they do with it in their short life.
    for (const bool connects : {false, true})
    {
        StatusTable table(MakeFormula("min: rtt"), TableTiming());
        table.SetRules(PanicRules(), At(0));
        for (double now = 0; now <= 20; now += 5)
        {
            Hear(table, 100, now);
        }
        const AgentIndex real = *table.Find("agent-100");
        for (unsigned number = 0; number < 25; ++number)
        {
            Hear(table, number, 20);
            if (connects)
            {
                const AgentIndex agent = *table.Find(Observe(number).id);
                table.OnDispatch(agent, At(21));
                table.OnConnected(agent);
                table.OnCompletion(agent, Duration(1), true, At(21));
            }
        }
        for (double now = 25; now <= 200; now += 5)
        {
            CAPTURE(now, connects);
            Hear(table, 100, now);
            if (!connects)
            {
                CHECK_FALSE(table.InPanic());
            }
            if (now >= (connects ? 20 + 125 : 20 + 17.5))
            {
                CHECK(table.Candidates() == Agents{real});
            }
        }
        CHECK(table.Size() == 1);
    }
}

TEST_CASE("answers to all requests that may be answered at once prove nobody")
{
    StatusTable table(MakeFormula("min: rtt"), TableTiming());
    table.SetRules(PanicRules(), At(0));
    for (int i = 0; i < 3; ++i)
    {
        Hear(table, 0, 0.001 * i);
    }
    table.Advance(At(20));
    CHECK_FALSE(table.InPanic());
    CHECK(table.Candidates().empty());
}

TEST_CASE("a lost agent whose connection outlives the panic is no candidate any more")
{
    StatusTable table = MakePanic();
    table.OnDispatch(1, At(1));
    table.OnConnected(1);
    for (double now = 5; now <= 130; now += 5)
    {
        Hear(table, 0, now);
    }
    CHECK_FALSE(table.InPanic());
    CHECK(table.Size() == 2);
    CHECK(table.Candidates() == Agents{0});
    table.OnCompletion(1, FromSeconds(130), true, At(131));
    table.Advance(At(131));
    CHECK(table.Size() == 1);
}

TEST_CASE("the table tells when a panic begins and ends, with counts")
{
    StatusTable table = MakePanic();
    std::vector<std::string> told;
    table.SetNoticeObserver(
        [&](const TableNotice& notice)
        {
            using Kind = TableNotice::Kind;
            const char* word = notice.kind == Kind::PANIC  ? "panic"
                               : notice.kind == Kind::CALM ? "calm"
                                                           : "other";
            told.push_back(word + std::string(" ") + std::to_string(notice.live) + " of " +
                           std::to_string(notice.live + notice.lost));
        });
    Hear(table, 0, 14);
    table.Advance(At(20));
    Hear(table, 1, 21);
    REQUIRE(told.size() == 2);
    CHECK(told[0].rfind("panic 1 of ", 0) == 0);
    CHECK(told[1] == "calm 2 of 4");
}

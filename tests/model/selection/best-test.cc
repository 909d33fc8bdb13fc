#include "tests/catch.h"
#include "tests/model/support/chi-square.h"
#include "tests/model/support/picks.h"

using namespace sonda;
using namespace sonda::test;

namespace
{

/** The same scores once from the index and once computed at every pick. */
const std::vector<std::string> BY_INDEX_AND_BY_SCAN = {"min: ram", "min: ram + 0 * inflight"};

} // namespace

TEST_CASE("head and best pick the best score of either sense")
{
    for (const char* policy : {"head", "best"})
    {
        for (const auto& [formula, expected] :
             std::vector<std::pair<std::string, unsigned>>{{"min: ram", 1},
                                                           {"max: ram", 2},
                                                           {"min: ram + 0 * inflight", 1},
                                                           {"max: ram + 0 * inflight", 2}})
        {
            StatusTable table(MakeFormula(formula), TableTiming());
            table.Update(Observe(0, 5), At(0));
            table.Update(Observe(1, 3), At(0));
            table.Update(Observe(2, 8), At(0));
            SeededStream random(1);
            CAPTURE(policy, formula);
            CHECK(CountPicks(policy, table, 20, random).at(expected) == 20);
        }
    }
}

TEST_CASE("head stays with one agent until a report changes the order, also among equals")
{
    for (const auto& formula : BY_INDEX_AND_BY_SCAN)
    {
        StatusTable table = MakeTable(formula, 5);
        SeededStream random(1);
        const auto head = Make("head");
        const auto pickMany = [&](AgentIndex expected)
        {
            for (int i = 0; i < 50; ++i)
            {
                const auto pick = head->Pick(table, At(1), random);
                REQUIRE(pick == expected);
                table.OnDispatch(*pick, At(1));
            }
        };
        pickMany(0);
        table.Update(Observe(3, 1e8), At(1));
        pickMany(3);
        table.Update(Observe(3, 2e9), At(1));
        pickMany(0);
    }
}

TEST_CASE("head leaves an agent that cannot be connected to, and an agent that dies")
{
    StatusTable table = MakeTable("min: ram", 3);
    SeededStream random(1);
    const auto head = Make("head");
    REQUIRE(head->Pick(table, At(1), random) == 0U);
    table.OnDispatch(0, At(1));
    table.OnConnectFailure(0, At(1));
    CHECK(head->Pick(table, At(1), random) == 1U);
    table.Update(Observe(2), At(10));
    table.Advance(At(15));
    CHECK(head->Pick(table, At(15), random) == 2U);
}

TEST_CASE("best splits ties evenly and leaves worse agents alone")
{
    constexpr std::uint64_t seed = 99;
    for (const auto& formula : BY_INDEX_AND_BY_SCAN)
    {
        StatusTable table = MakeTable(formula, 8);
        for (const unsigned worse : {0U, 3U, 7U})
        {
            table.Update(Observe(worse, 2e9), At(0));
        }
        SeededStream random(seed);
        const auto counts = CountPicks("best", table, 50'000, random);
        CAPTURE(formula, seed);
        CHECK(counts[0] + counts[3] + counts[7] == 0);
        CHECK(ChiSquare({counts[1], counts[2], counts[4], counts[5], counts[6]},
                        std::vector<double>(5, 10'000)) < ChiSquareBound(4));
    }
}

TEST_CASE("best with in flight counts what it has dispatched itself")
{
    StatusTable table = MakeTable("min: inflight / weight", 4);
    Observation heavy = Observe(0);
    heavy.report.weight = 3;
    table.Update(heavy, At(0));
    SeededStream random(3);
    const auto best = Make("best");
    for (int i = 0; i < 600; ++i)
    {
        table.OnDispatch(best->Pick(table, At(1), random).value(), At(1));
    }
    CHECK(table.Get(0).inFlight == 300);
    CHECK(table.Get(1).inFlight == 100);
    CHECK(table.Get(2).inFlight == 100);
    CHECK(table.Get(3).inFlight == 100);
}

#include "model/control/balancer.h"
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
    table.Advance(At(17.5));
    CHECK(head->Pick(table, At(17.5), random) == 2U);
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

TEST_CASE("top picks the k best alike, and those who tie for the last places share them")
{
    constexpr std::uint64_t seed = 41;
    constexpr int picks = 30'000;
    for (const char* formula : {"min: reported", "min: reported + 0 * inflight"})
    {
        const StatusTable table = TableOfQueues({4, 1, 9, 2, 4, 4, 8}, formula);
        SeededStream random(seed);
        CAPTURE(formula, seed);
        const auto three = CountPicks("top:3", table, picks, random);
        CHECK(three[2] + three[6] == 0);
        CHECK(ChiSquare({three[1], three[3], three[0], three[4], three[5]},
                        {picks / 3.0, picks / 3.0, picks / 9.0, picks / 9.0, picks / 9.0}) <
              ChiSquareBound(4));
        const auto five = CountPicks("top:5", table, picks, random);
        CHECK(five[2] + five[6] == 0);
        CHECK(ChiSquare({five[0], five[1], five[3], five[4], five[5]},
                        std::vector<double>(5, picks / 5.0)) < ChiSquareBound(4));
        const auto all = CountPicks("top:7", table, picks, random);
        CHECK(ChiSquare(all, std::vector<double>(7, picks / 7.0)) < ChiSquareBound(6));
        CHECK(CountPicks("top:1", table, 100, random).at(1) == 100);
    }
}

TEST_CASE("top follows reports")
{
    StatusTable table = MakeTable("min: ram", 4);
    SeededStream random(1);
    const auto top = Make("top:1");
    top->Pick(table, At(1), random);
    table.Update(Observe(2, 1), At(1));
    CHECK(top->Pick(table, At(1), random) == 2U);
    table.Update(Observe(2, 2e9), At(1));
    CHECK(top->Pick(table, At(1), random) != 2U);
}

TEST_CASE("threshold picks those whose score is good enough, or anybody when none is")
{
    constexpr std::uint64_t seed = 42;
    constexpr int picks = 20'000;
    const auto check = [&](const char* policy, const char* formula, std::vector<AgentIndex> good)
    {
        const StatusTable table = TableOfQueues({4, 1, 9, 2, 5}, formula);
        SeededStream random(seed);
        const auto counts = CountPicks(policy, table, picks, random);
        std::vector<std::uint64_t> those;
        std::uint64_t sum = 0;
        for (const AgentIndex agent : good)
        {
            those.push_back(counts[agent]);
            sum += counts[agent];
        }
        CAPTURE(policy, formula, seed);
        CHECK(sum == picks);
        const double share = picks / static_cast<double>(good.size());
        CHECK(ChiSquare(those, std::vector<double>(good.size(), share)) <
              ChiSquareBound(good.size()));
    };
    for (const char* formula : {"min: reported", "min: reported + sent"})
    {
        check("threshold:4", formula, {0, 1, 3});
        check("threshold:0", formula, {0, 1, 2, 3, 4});
        check("threshold:100", formula, {0, 1, 2, 3, 4});
    }
    check("threshold:5", "max: reported", {2, 4});
    check("threshold:10", "max: reported", {0, 1, 2, 3, 4});
}

TEST_CASE("best draws equals by the operator's weights where these differ")
{
    constexpr int picks = 24'000;
    for (const auto& formula : BY_INDEX_AND_BY_SCAN)
    {
        StatusTable table(MakeFormula(formula), TableTiming());
        const std::vector<double> weights = {5, 1, 2, 40};
        for (unsigned i = 0; i < weights.size(); ++i)
        {
            // The heaviest has a worse score: weights decide among equals only.
            Observation observation = Observe(i, i == 3 ? 2e9 : 1e9);
            observation.report.weight = weights[i];
            table.Update(observation, At(0));
        }
        constexpr std::uint64_t seed = 31;
        SeededStream random(seed);
        const auto counts = CountPicks("best", table, picks, random);
        CAPTURE(formula, counts, seed);
        CHECK(counts[3] == 0);
        CHECK(ChiSquare({counts[0], counts[1], counts[2]},
                        {picks * 5 / 8.0, picks / 8.0, picks * 2 / 8.0}) < ChiSquareBound(2));
    }
}

TEST_CASE("best with the default formula gives idle servers their weights, one after the other")
{
    constexpr int picks = 12'000;
    Balancer balancer(MakeFormula("min: inflight / weight"), Make("best"), TableTiming());
    for (unsigned i = 0; i < 2; ++i)
    {
        Observation observation = Observe(i);
        observation.report.weight = i == 0 ? 1 : 5;
        balancer.Update(observation, At(0));
    }
    constexpr std::uint64_t seed = 32;
    SeededStream random(seed);
    std::vector<std::uint64_t> counts(2);
    for (int i = 0; i < picks; ++i)
    {
        const auto agent = balancer.Dispatch(At(1), random).value();
        ++counts.at(agent);
        balancer.Connected(agent);
        balancer.Ended(agent, Ending::Completed(FromSeconds(0.1), true), At(1));
    }
    CAPTURE(counts, seed);
    CHECK(ChiSquare(counts, {picks / 6.0, picks * 5 / 6.0}) < ChiSquareBound(1));
}

#include "tests/catch.h"
#include "tests/model/support/picks.h"

#include <algorithm>
#include <limits>

using namespace sonda;
using namespace sonda::test;

namespace
{

const std::vector<std::string> POLICIES =
    {"head", "best", "sample:1", "sample:2", "sample:64", "random", "round-robin", "weighted"};

const std::vector<std::string> FORMULAS = {"min: ram",
                                           "max: ram",
                                           "min: ram + 0 * inflight",
                                           "min: 0"};

} // namespace

TEST_CASE("with no candidate there is no pick")
{
    for (const auto& policy : POLICIES)
    {
        for (const auto& formula : FORMULAS)
        {
            SeededStream random(1);
            CHECK_FALSE(Make(policy)->Pick(MakeTable(formula, 0), At(1), random));
            StatusTable dead = MakeTable(formula, 3);
            dead.Advance(At(20));
            CHECK_FALSE(Make(policy)->Pick(dead, At(20), random));
        }
    }
}

TEST_CASE("a pick is always a candidate, whatever the scores and whatever the luck")
{
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    constexpr double inf = std::numeric_limits<double>::infinity();
    for (const auto& policy : POLICIES)
    {
        for (const auto& formula : FORMULAS)
        {
            StatusTable table(MakeFormula(formula), TableTiming());
            unsigned number = 0;
            for (const double score : {none, inf, -inf, 0.0, none, 1.0})
            {
                table.Update(Observe(number++, score), At(0));
            }
            table.OnDispatch(3, At(0));
            table.OnConnectFailure(3, At(0));
            const auto& candidates = table.Candidates();
            REQUIRE(candidates.size() == 5);
            for (const double luck : {0.0, 0.5, 0.9999999999999999})
            {
                ConstantStream random(luck);
                const auto made = Make(policy);
                for (int i = 0; i < 10; ++i)
                {
                    const auto pick = made->Pick(table, At(1), random);
                    CAPTURE(policy, formula, luck);
                    REQUIRE(pick);
                    CHECK(std::count(candidates.begin(), candidates.end(), *pick) == 1);
                }
            }
        }
    }
}

TEST_CASE("when no score is known every agent is still picked from")
{
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    StatusTable table(MakeFormula("min: ram"), TableTiming());
    for (unsigned i = 0; i < 4; ++i)
    {
        table.Update(Observe(i, none), At(0));
    }
    SeededStream random(5);
    for (const char* policy : {"best", "sample:2"})
    {
        for (const auto count : CountPicks(policy, table, 400, random))
        {
            CHECK(count > 0);
        }
    }
}

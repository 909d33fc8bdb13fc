#include "model/control/balancer.h"
#include "tests/catch.h"
#include "tests/model/support/picks.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** A balancer whose agents 0 to count - 1 have as much RAM as their number says. */
struct Traced
{
    Traced(const std::string& formula, const std::string& policy, unsigned count)
        : balancer(MakeFormula(formula), Make(policy), TableTiming())
    {
        for (unsigned i = 0; i < count; ++i)
        {
            balancer.Update(Observe(i, i), At(0));
        }
        balancer.SetTrace(&trace);
    }

    Balancer balancer;
    ScoreTrace trace;
    SeededStream random{1};
};

} // namespace

TEST_CASE("a trace holds what a sampling policy looked at, the picked agent among it as the best")
{
    Traced traced("max: ram + 0 * inflight", "sample:3", 50);
    for (int i = 0; i < 200; ++i)
    {
        const AgentIndex agent = traced.balancer.Dispatch(At(1), traced.random).value();
        REQUIRE(traced.trace.Looked() == 3);
        REQUIRE_FALSE(traced.trace.Indexed());
        REQUIRE(traced.trace.end() - traced.trace.begin() == 3);
        const auto* best =
            std::min_element(traced.trace.begin(),
                             traced.trace.end(),
                             [](const auto& a, const auto& b) { return a.rank < b.rank; });
        CHECK(best->agent == agent);
        CHECK(best->score == agent);
    }
}

TEST_CASE("of many scores a trace keeps the best")
{
    Traced traced("max: ram + 0 * inflight", "best", 50);
    CHECK(traced.balancer.Dispatch(At(1), traced.random) == 49);
    CHECK(traced.trace.Looked() == 50);
    std::vector<AgentIndex> kept;
    for (const auto& entry : traced.trace)
    {
        kept.push_back(entry.agent);
    }
    std::sort(kept.begin(), kept.end());
    CHECK(kept == std::vector<AgentIndex>{42, 43, 44, 45, 46, 47, 48, 49});
}

TEST_CASE("a trace says when the index answered, with the score that it holds")
{
    for (const std::string sense : {"max", "min"})
    {
        Traced traced(sense + ": ram", "head", 5);
        const AgentIndex agent = traced.balancer.Dispatch(At(1), traced.random).value();
        CHECK(traced.trace.Indexed());
        REQUIRE(traced.trace.Looked() == 1);
        CHECK(traced.trace.begin()->agent == agent);
        CHECK(traced.trace.begin()->score == (sense == "max" ? 4 : 0));
    }
}

TEST_CASE("a score that is not known is traced as such")
{
    for (const std::string text : {"min: cores", "min: cores * inflight"})
    {
        Traced traced(text, "best", 3);
        REQUIRE(traced.balancer.Dispatch(At(1), traced.random));
        REQUIRE(traced.trace.Looked() == 3);
        for (const auto& entry : traced.trace)
        {
            CHECK(std::isnan(entry.score));
        }
    }
}

TEST_CASE("policies that look at no score leave the trace empty, and so does a pick of nobody")
{
    Traced traced("min: ram", "random", 5);
    REQUIRE(traced.balancer.Dispatch(At(1), traced.random));
    CHECK(traced.trace.Looked() == 0);
    CHECK(traced.trace.begin() == traced.trace.end());
    Traced empty("min: ram", "head", 0);
    CHECK_FALSE(empty.balancer.Dispatch(At(1), empty.random));
    CHECK(empty.trace.Looked() == 0);
}

TEST_CASE("a pick's trace holds nothing of the pick before, nor of scores asked for between")
{
    Traced traced("min: rtt", "sample:2", 4);
    traced.balancer.Dispatch(At(1), traced.random);
    traced.balancer.Table().Score(0, At(1));
    traced.balancer.Update(Observe(0, 7), At(2));
    traced.balancer.Dispatch(At(2), traced.random);
    CHECK(traced.trace.Looked() == 2);
    traced.balancer.SetTrace(nullptr);
    traced.balancer.Dispatch(At(2), traced.random);
    CHECK(traced.trace.Looked() == 2);
}

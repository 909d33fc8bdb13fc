#include "model/control/balancer.h"
#include "tests/catch.h"
#include "tests/model/support/picks.h"

#include <cmath>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** Agents that are warm, and one that came at 100 s. */
struct Bench
{
    Bench(const std::string& policy, const std::string& formula, unsigned warm)
        : balancer(MakeFormula(formula), Make(policy), TableTiming()),
          newest(warm)
    {
        TableRules rules;
        rules.slowStart = std::chrono::seconds(30);
        balancer.SetRules(rules, At(0));
        ReportUntil(100, warm);
    }

    /** All report every 2.5 s; the newest has more free memory than any other. */
    void
    ReportUntil(double end, unsigned agents)
    {
        for (; clock <= end; clock += 2.5)
        {
            for (unsigned i = 0; i < agents; ++i)
            {
                balancer.Update(Observe(i, i == newest ? 2e9 : 1e9), At(clock));
            }
        }
    }

    /** \return how many of \p picks go to the newest at that age. Connections end at once. */
    int
    Picks(int picks, double age)
    {
        clock = 100;
        ReportUntil(100 + age, newest + 1);
        return Count(picks, At(100 + age));
    }

    int
    Count(int picks, Instant now)
    {
        int count = 0;
        for (int i = 0; i < picks; ++i)
        {
            const auto agent = balancer.Dispatch(now, random);
            REQUIRE(agent);
            count += balancer.Table().Get(*agent).id == "agent-" + std::to_string(newest) ? 1 : 0;
            balancer.Ended(*agent, Ending::Completed(Duration(1), true), now);
        }
        return count;
    }

    SeededStream random{1};
    Balancer balancer;
    unsigned newest;
    double clock{0};
};

/** \return whether a count of \p n trials fits the probability: within 5 standard deviations. */
bool
Fits(int count, int n, double p)
{
    return std::abs(count - n * p) <= 5 * std::sqrt(n * p * (1 - p)) + 1;
}

} // namespace

TEST_CASE("in its slow start an agent takes part in that share of the picks")
{
    constexpr int N = 20000;
    for (const double age : {0.0, 7.5, 15.0, 29.0, 30.0})
    {
        const double share = std::min(1.0, 0.1 + 0.9 * age / 30);
        CAPTURE(age, share);
        // The best one of five: it is picked whenever it takes part.
        Bench best("best", "max: ram", 4);
        CHECK(Fits(best.Picks(N, age), N, share));
        // At random: it takes part with its share, and is then one of five.
        Bench random("random", "max: ram", 4);
        const double alone = share / 5;
        CHECK(Fits(random.Picks(N, age), N, alone));
    }
}

TEST_CASE("an agent in its slow start serves all when there is no other")
{
    Bench bench("best", "max: ram", 1);
    const AgentIndex warm = *bench.balancer.Table().Find("agent-0");
    CHECK(bench.Picks(1000, 0) < 500);
    Observation drained = Observe(0);
    drained.report.state = ServerState::DRAIN;
    bench.balancer.Update(drained, At(101));
    CHECK_FALSE(bench.balancer.Table().Candidates() == std::vector<AgentIndex>{warm});
    CHECK(bench.Count(200, At(101)) == 200);
    CHECK(bench.balancer.Table().Candidates().size() == 1); // nobody stays held back
}

TEST_CASE("without slow start no random number more is drawn")
{
    Balancer balancer(MakeFormula("max: ram"), Make("best"), TableTiming());
    balancer.Update(Observe(0, 1e9), At(0));
    balancer.Update(Observe(0, 1e9), At(6));
    balancer.Update(Observe(1, 2e9), At(6));
    SeededStream random(1);
    SeededStream untouched(1);
    balancer.Dispatch(At(6), random);
    CHECK(random.Uniform() == untouched.Uniform());
}

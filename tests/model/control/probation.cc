#include "model/control/balancer.h"
#include "tests/catch.h"
#include "tests/model/support/picks.h"

#include <map>

using namespace sonda;
using namespace sonda::test;

/** An agent that is new gets no more connections at a time than its part and some. */
namespace
{

/** Four agents that are warm at 100 s, and agent-4, which comes then. */
struct Bench
{
    explicit Bench(const std::string& policy, double probationS = 30, double newestWeight = 1)
        : balancer(MakeFormula("max: ram"), Make(policy), TableTiming())
    {
        rules.probation = FromSeconds(probationS);
        balancer.SetRules(rules, At(0));
        for (double now = 0; now < 100; now += 2.5)
        {
            Report(4, now, 1);
        }
        Report(5, 100, newestWeight);
    }

    void
    Report(unsigned agents, double now, double newestWeight)
    {
        for (unsigned i = 0; i < agents; ++i)
        {
            Observation observation = Observe(i, i == 4 ? 2e9 : 1e9); // the newest is the best
            observation.report.weight = i == 4 ? newestWeight : 1;
            REQUIRE(balancer.Update(observation, At(now)));
        }
    }

    /** Dispatches connections that do not end. \return how many each agent has then */
    std::map<std::string, std::uint32_t>
    Fill(std::uint32_t count, double now)
    {
        for (std::uint32_t i = 0; i < count; ++i)
        {
            REQUIRE(balancer.Dispatch(At(now), random));
        }
        std::map<std::string, std::uint32_t> inFlight;
        for (const AgentIndex agent : balancer.Table().All())
        {
            const AgentStatus& status = balancer.Table().Get(agent);
            inFlight[status.id] = status.inFlight;
        }
        return inFlight;
    }

    TableRules rules;
    SeededStream random{1};
    Balancer balancer;
};

} // namespace

TEST_CASE("on probation an agent has at most twice its part and two, whatever the policy prefers")
{
    // All go to the best; without probation the others get nothing.
    CHECK(Bench("best", 0).Fill(100, 101)["agent-4"] == 100);
    for (const std::uint32_t count : {1, 2, 3, 10, 100, 1000})
    {
        CAPTURE(count);
        const auto most = Bench("best").Fill(count, 101)["agent-4"];
        CHECK(most <= 2 * count / 5.0 + 3);
        CHECK(most >= std::min<std::uint32_t>(count, 2));
    }
}

TEST_CASE("who gets no more than the others does not notice its probation")
{
    const auto even = Bench("round-robin").Fill(1000, 101);
    for (const auto& [id, inFlight] : even)
    {
        CHECK(inFlight == 200);
    }
}

TEST_CASE("a probation ends by time, and the first agents have none")
{
    Bench bench("best");
    for (double now = 102.5; now <= 130; now += 2.5)
    {
        bench.Report(5, now, 1);
    }
    CHECK(bench.Fill(100, 129.9)["agent-4"] <= 43);
    CHECK(bench.Fill(100, 130)["agent-4"] >= 100);
    CHECK_FALSE(bench.balancer.Table().HasItsFill(0, At(130)));
}

TEST_CASE("a larger server has a larger part on its probation")
{
    // A weight of 4 beside four of 1: half of all is its part.
    const auto most = Bench("best", 30, 4).Fill(100, 101)["agent-4"];
    CHECK(most == 100); // twice its part is all there is
    const auto small = Bench("best", 30, 0.25).Fill(100, 101)["agent-4"];
    CHECK(small <= 2 * 100 * 0.25 / 4.25 + 3);
}

TEST_CASE("a weight that changes counts at once, and one that goes is forgotten")
{
    Bench bench("best", 30, 0.25);
    bench.Report(5, 101, 4);
    CHECK(bench.Fill(100, 101)["agent-4"] == 100);
    // The table is left with the newest alone: nobody else could take a connection.
    for (double now = 102; now <= 160; now += 2.5)
    {
        Observation observation = Observe(4, 2e9);
        REQUIRE(bench.balancer.Update(observation, At(now)));
    }
    CHECK(bench.Fill(100, 160)["agent-4"] == 200);
}

TEST_CASE("probation draws no random number")
{
    Bench bench("head"); // of equals the first, without a draw
    bench.Fill(100, 101);
    SeededStream fresh{1};
    CHECK(bench.random.Uniform() == fresh.Uniform());
}

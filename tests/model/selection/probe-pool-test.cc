#include "model/selection/probe-pool.h"
#include "tests/catch.h"
#include "tests/model/support/chi-square.h"
#include "tests/model/support/picks.h"

#include <algorithm>
#include <set>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** A pool over a fleet whose answers the test writes. */
struct Bench
{
    explicit Bench(unsigned agents, double quantile = 0, double probes = 3)
        : table(MakeTable("min: service", agents)),
          policy(std::make_unique<HotColdRule>(quantile), probes, {})
    {
    }

    std::vector<AgentIndex>
    Ask(double second = 1)
    {
        std::vector<AgentIndex> wanted;
        policy.WantedProbes(table, At(second), random, wanted);
        return wanted;
    }

    void
    Answer(unsigned agent, std::uint32_t inFlight, double second = 1)
    {
        Observation observation = Observe(agent);
        observation.report.inFlight = inFlight;
        observation.report.serviceTime = 0.1;
        policy.OnReport(table, *table.Update(observation, At(second)), At(second));
    }

    /** Asks until every agent was asked. */
    void
    AskAll(double second = 1)
    {
        std::set<AgentIndex> asked;
        while (asked.size() < table.Size())
        {
            for (const AgentIndex agent : Ask(second))
            {
                asked.insert(agent);
            }
        }
    }

    AgentIndex
    Pick(double second = 1)
    {
        return policy.Pick(table, At(second), random).value();
    }

    std::vector<AgentIndex>
    Pool() const
    {
        return policy.Pool();
    }

    SeededStream random{61};
    StatusTable table;
    ProbePoolPolicy policy;
};

using Agents = std::vector<AgentIndex>;

} // namespace

TEST_CASE("the number of uses is that of the paper's settings")
{
    CHECK(ProbePoolPolicy::UsesOf(100, 3).value() == Approx(1.32).epsilon(0.005));
    CHECK(ProbePoolPolicy::UsesOf(100, 1).value() == Approx(3.39).epsilon(0.005));
    CHECK(ProbePoolPolicy::UsesOf(100, 0.5).value() == Approx(11.76).epsilon(0.005));
    CHECK(ProbePoolPolicy::UsesOf(1e6, 16).value() == 1);
    CHECK_FALSE(ProbePoolPolicy::UsesOf(16, 3));
    CHECK_FALSE(ProbePoolPolicy::UsesOf(24, 3));
    CHECK(ProbePoolPolicy::UsesOf(25, 3));
    CHECK_FALSE(ProbePoolPolicy::UsesOf(3, 16));
}

TEST_CASE("every dispatch asks distinct candidates, each as often")
{
    Bench bench(10);
    std::vector<std::uint64_t> counts(10);
    constexpr int dispatches = 10'000;
    for (int i = 0; i < dispatches; ++i)
    {
        const auto wanted = bench.Ask();
        REQUIRE(std::set<AgentIndex>(wanted.begin(), wanted.end()).size() == 3);
        for (const AgentIndex agent : wanted)
        {
            ++counts.at(agent);
        }
    }
    CHECK(ChiSquare(counts, std::vector<double>(10, dispatches * 0.3)) < ChiSquareBound(9));
    Bench two(2);
    CHECK(two.Ask().size() == 2);
    Bench none(0);
    CHECK(none.Ask().empty());
}

TEST_CASE("a fraction of a request is asked for as often as it says")
{
    Bench bench(10, 0, 1.25);
    std::size_t asked = 0;
    for (int i = 0; i < 10'000; ++i)
    {
        const auto wanted = bench.Ask();
        REQUIRE(wanted.size() >= 1);
        REQUIRE(wanted.size() <= 2);
        asked += wanted.size();
    }
    // A quarter of 10,000 has a standard deviation of 43.3; 4.9 of them.
    CHECK(static_cast<double>(asked) == Approx(12'500).margin(213));
}

TEST_CASE("only answers that were asked for enter the pool, and each once")
{
    Bench bench(40);
    bench.Answer(5, 0);
    CHECK(bench.Pool().empty());
    bench.AskAll();
    bench.Answer(5, 0);
    bench.Answer(5, 9);
    CHECK(bench.Pool() == Agents{5});
    bench.Answer(6, 0);
    bench.AskAll();
    bench.Answer(5, 3);
    CHECK(bench.Pool() == Agents{6, 5});
}

TEST_CASE("with fewer than two answers a random candidate is picked, else the rule picks")
{
    Bench bench(40);
    bench.AskAll();
    bench.Answer(7, 0);
    std::set<AgentIndex> picked;
    for (int i = 0; i < 400; ++i)
    {
        picked.insert(bench.Pick());
    }
    CHECK(picked.size() > 30);
    bench.Answer(8, 5);
    CHECK(bench.Pick() == 7);
}

TEST_CASE("the pool holds sixteen: the oldest makes room")
{
    Bench bench(40);
    bench.AskAll();
    for (unsigned agent = 0; agent < 20; ++agent)
    {
        bench.Answer(agent, 1);
    }
    const auto pool = bench.Pool();
    CHECK(pool.size() == 16);
    CHECK(pool.front() == 4);
    CHECK(pool.back() == 19);
}

TEST_CASE("an answer is good for a second, and while its agent is a candidate")
{
    Bench bench(40);
    bench.AskAll();
    bench.Answer(0, 0, 1);
    bench.Answer(1, 1, 1.5);
    bench.Answer(2, 2, 1.5);
    CHECK(bench.Pick(2) == 0);
    CHECK(bench.Pick(2.1) == 1);
    CHECK(bench.Pool() == Agents{1, 2});
    bench.table.OnDispatch(1, At(2.1));
    bench.table.OnConnectFailure(1, At(2.1));
    bench.Pick(2.1);
    CHECK(bench.Pool() == Agents{2});
    bench.policy.OnRemoved(2);
    CHECK(bench.Pool().empty());
}

TEST_CASE("whoever is picked has one more in flight, and one answer leaves with every dispatch")
{
    // A fleet of 20 has no limit of uses.
    Bench bench(20);
    bench.AskAll();
    for (const unsigned agent : {0U, 1U, 2U, 3U, 4U})
    {
        bench.Answer(agent, agent == 3 ? 0 : 2 + agent);
    }
    REQUIRE(bench.Pick() == 3);
    bench.policy.OnDispatch(bench.table, 3, At(1));
    // First the oldest, 0, left.
    CHECK(bench.Pool() == Agents{1, 2, 3, 4});
    REQUIRE(bench.Pick() == 3);
    bench.policy.OnDispatch(bench.table, 3, At(1));
    // Then the worst, 4, with the most in flight.
    CHECK(bench.Pool() == Agents{1, 2, 3});
    bench.policy.OnDispatch(bench.table, 3, At(1));
    CHECK(bench.Pool() == Agents{2, 3});
    // 3 has 3 in flight by now, 2 has 4.
    CHECK(bench.Pick() == 3);
    bench.policy.OnDispatch(bench.table, 17, At(1));
    CHECK(bench.Pool().size() == 1);
}

TEST_CASE("in a large fleet an answer is used as often as the paper says on average")
{
    constexpr int rounds = 4'000;
    int uses = 0;
    Bench bench(100);
    for (int round = 0; round < rounds; ++round)
    {
        bench.AskAll();
        bench.Answer(0, 9);
        bench.Answer(1, 9);
        bench.Answer(2, 0);
        bench.Answer(3, 50);
        bench.Answer(4, 50);
        // 2 is the best by far; the removals take the oldest and the worst, not it.
        while (bench.Pick() == 2)
        {
            ++uses;
            bench.policy.OnDispatch(bench.table, 2, At(1));
        }
        for (const unsigned agent : {0U, 1U, 2U, 3U, 4U})
        {
            bench.policy.OnRemoved(agent);
        }
    }
    // Each 1 or 2 with mean 1.316: a standard deviation of 0.465; 4.9 standard errors.
    CHECK(uses / double(rounds) == Approx(2 / 1.52).margin(0.036));
}

TEST_CASE("with few requests a dispatch the pool loses one in four dispatches")
{
    Bench bench(100, 0, 1);
    bench.AskAll();
    for (unsigned agent = 0; agent < 10; ++agent)
    {
        bench.Answer(agent, 1);
    }
    for (int i = 0; i < 12; ++i)
    {
        bench.policy.OnDispatch(bench.table, 50, At(1));
    }
    CHECK(bench.Pool().size() == 7);
}

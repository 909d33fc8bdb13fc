#include "model/selection/policies/c3-rate.h"
#include "tests/catch.h"
#include "tests/model/support/picks.h"

#include <set>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** A C3 policy whose score can be looked at, with a table of its own. */
struct Bench : C3Policy
{
    explicit Bench(double clients = 1)
        : C3Policy(clients, {}),
          table(MakeFormula("min: 0"), TableTiming())
    {
    }

    void
    Report(unsigned agent, std::optional<double> service, std::optional<std::uint32_t> queue)
    {
        Observation observation = Observe(agent);
        observation.report.serviceTime = service;
        observation.report.inFlight = queue;
        OnReport(table, *table.Update(observation, At(0)), At(0));
    }

    void
    Respond(AgentIndex agent, double seconds)
    {
        const Ending ending{Ending::Kind::COMPLETED, FromSeconds(seconds), true};
        OnCompletion(table, agent, ending, At(1));
    }

    double
    Score(AgentIndex agent)
    {
        return Rank(table, agent);
    }

    StatusTable table;
};

} // namespace

TEST_CASE("C3 ranks by response time, service time and the cubed queue")
{
    Bench bench;
    bench.Report(0, 0.1, 2);
    bench.Respond(0, 0.5);
    // 0.5 - 0.1 + (1 + 0 + 2)^3 * 0.1
    CHECK(bench.Score(0) == Approx(3.1));
    bench.table.OnDispatch(0, At(1));
    CHECK(bench.Score(0) == Approx(0.4 + 6.4));
}

TEST_CASE("C3 takes each outstanding request for as many as there are proxies")
{
    Bench bench(5);
    bench.Report(0, 0.1, 2);
    bench.Respond(0, 0.5);
    bench.table.OnDispatch(0, At(1));
    CHECK(bench.Score(0) == Approx(0.4 + 512 * 0.1));
}

TEST_CASE("C3's averages give a new value nine tenths")
{
    Bench bench;
    bench.Report(0, 0.1, 2);
    bench.Report(0, 0.2, 4);
    bench.Respond(0, 0.5);
    bench.Respond(0, 1.0);
    const double service = 0.19;
    const double queue = 1 + 3.8;
    CHECK(bench.Score(0) == Approx(0.95 - service + queue * queue * queue * service));
}

TEST_CASE("C3 uses what it knows of an agent that does not say everything")
{
    Bench bench;
    bench.Report(0, 0.1, 2);
    CHECK(bench.Score(0) == Approx(27 * 0.1));
    bench.Report(1, std::nullopt, 2);
    CHECK(bench.Score(1) == 0);
    bench.Respond(1, 0.2);
    CHECK(bench.Score(1) == Approx(27 * 0.2));
    bench.Report(2, std::nullopt, std::nullopt);
    bench.Respond(2, 0.2);
    CHECK(bench.Score(2) == Approx(0.2));
}

TEST_CASE("C3 learns nothing from what never stood or was cut short")
{
    Bench bench;
    bench.Report(0, 0.1, 0);
    const double before = bench.Score(0);
    for (const auto kind : {Ending::Kind::CONNECT_FAILED, Ending::Kind::ABANDONED})
    {
        bench.OnCompletion(bench.table, 0, Ending{kind}, At(1));
    }
    bench.OnCompletion(bench.table,
                       0,
                       Ending{Ending::Kind::COMPLETED, FromSeconds(9), false},
                       At(1));
    CHECK(bench.Score(0) == before);
    bench.Respond(0, 0.5);
    CHECK(bench.Score(0) != before);
    bench.OnRemoved(0);
    bench.Report(0, 0.1, 0);
    CHECK(bench.Score(0) == Approx(before));
}

TEST_CASE("C3 picks the least, a random one of equals")
{
    Bench bench;
    for (unsigned agent = 0; agent < 4; ++agent)
    {
        bench.Report(agent, 0.1, agent == 0 ? 0 : 2);
    }
    SeededStream random(1);
    CHECK(bench.Pick(bench.table, At(1), random) == 0U);
    for (int i = 0; i < 3; ++i)
    {
        bench.table.OnDispatch(0, At(1));
    }
    std::set<AgentIndex> picked;
    for (int i = 0; i < 100; ++i)
    {
        picked.insert(bench.Pick(bench.table, At(1), random).value());
    }
    CHECK(picked == std::set<AgentIndex>{1, 2, 3});
}

TEST_CASE("C3 with rate control passes over agents without a token, unless nobody has one")
{
    StatusTable table(MakeFormula("min: 0"), TableTiming());
    RateLimitedC3Policy policy(1, {});
    for (unsigned agent = 0; agent < 2; ++agent)
    {
        Observation observation = Observe(agent);
        observation.report.serviceTime = 0.1;
        observation.report.inFlight = agent == 0 ? 0 : 50;
        policy.OnReport(table, *table.Update(observation, At(0)), At(0));
    }
    SeededStream random(1);
    const auto send = [&](double second)
    {
        const AgentIndex agent = policy.Pick(table, At(second), random).value();
        policy.OnDispatch(table, agent, At(second));
        return agent;
    };
    for (int i = 0; i < 10; ++i)
    {
        CHECK(send(1) == 0);
    }
    for (int i = 0; i < 10; ++i)
    {
        CHECK(send(1) == 1);
    }
    CHECK(send(1) == 0);
    // 10 in 20 ms: one after 2 ms.
    CHECK(send(1.0021) == 0);
    policy.OnRemoved(0);
    CHECK(send(1.0021) == 0);
}

TEST_CASE("tokens come with the rate, and at most ten gather")
{
    CubicRate rate;
    CHECK(rate.Rate() == 10);
    for (int i = 0; i < 10; ++i)
    {
        REQUIRE(rate.HasToken(At(1)));
        rate.OnSent(At(1));
    }
    CHECK_FALSE(rate.HasToken(At(1)));
    CHECK_FALSE(rate.HasToken(At(1.0019)));
    CHECK(rate.HasToken(At(1.0021)));
    int tokens = 0;
    while (rate.HasToken(At(100)))
    {
        rate.OnSent(At(100));
        ++tokens;
    }
    CHECK(tokens == 10);
}

TEST_CASE("the rate falls to a fifth when answers come slower, and not again at once")
{
    CubicRate rate;
    // 5 answers every 20 ms against a rate of 10.
    double second = 1;
    const auto answer = [&](int times)
    {
        for (int i = 0; i < times; ++i)
        {
            second += 0.004;
            rate.OnReceived(At(second));
        }
    };
    answer(6);
    CHECK(rate.ReceiveRate(At(second)) == Approx(0.5));
    CHECK(rate.Rate() == Approx(2));
    // The receive rate climbs to 5 by tenths; once it is above 2 the rate grows again.
    answer(200);
    CHECK(rate.ReceiveRate(At(second)) == Approx(5).epsilon(0.02));
    CHECK(rate.Rate() > 2);
}

TEST_CASE("the rate grows by at most ten an answer while answers come faster")
{
    CubicRate rate;
    double second = 1;
    double last = rate.Rate();
    // 100 answers every 20 ms.
    for (int i = 0; i < 2'000; ++i)
    {
        second += 0.0002;
        rate.OnReceived(At(second));
        REQUIRE(rate.Rate() <= last + 10);
        last = rate.Rate();
    }
    CHECK(rate.Rate() > 60);
}

TEST_CASE("without answers the receive rate fades by a tenth an interval")
{
    CubicRate rate;
    for (int i = 0; i < 10; ++i)
    {
        rate.OnReceived(At(1));
    }
    CHECK(rate.ReceiveRate(At(1.019)) == 0);
    CHECK(rate.ReceiveRate(At(1.021)) == Approx(1));
    CHECK(rate.ReceiveRate(At(1.041)) == Approx(0.9));
    CHECK(rate.ReceiveRate(At(1.061)) == Approx(0.81));
}

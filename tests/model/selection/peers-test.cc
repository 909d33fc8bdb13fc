#include "model/control/balancer.h"
#include "tests/catch.h"
#include "tests/model/support/chi-square.h"
#include "tests/model/support/picks.h"

/** Rules of programs that no package lets us record: what their documentation and source say. */

using namespace sonda;
using namespace sonda::test;

namespace
{

/** A balancer with one server for each weight, all seen at time 0. */
class Bench
{
  public:
    Bench(const std::string& policy, const std::vector<double>& weights, std::uint64_t seed)
        : m_balancer(MakeFormula("min: 0"), Make(policy), TableTiming()),
          m_random(seed),
          m_counts(weights.size())
    {
        for (unsigned i = 0; i < weights.size(); ++i)
        {
            Observation observation = Observe(i);
            observation.report.weight = weights[i];
            m_balancer.Update(observation, At(0));
        }
    }

    AgentIndex
    Open(double second = 1)
    {
        const auto agent = m_balancer.Dispatch(At(second), m_random).value();
        m_balancer.Connected(agent);
        ++m_counts[agent];
        return agent;
    }

    void
    End(AgentIndex agent, double latency, bool good, double second = 1)
    {
        m_balancer.Ended(agent, Ending::Completed(FromSeconds(latency), good), At(second));
    }

    /** \return how many of so many connections, one after the other, each server gets. */
    std::vector<std::uint64_t>
    Turns(int count, double second = 1)
    {
        m_counts.assign(m_counts.size(), 0);
        for (int i = 0; i < count; ++i)
        {
            End(Open(second), 0.1, true, second);
        }
        return m_counts;
    }

  private:
    Balancer m_balancer;
    SeededStream m_random;
    std::vector<std::uint64_t> m_counts;
};

} // namespace

TEST_CASE("Envoy's two choices are drawn with replacement where weights are equal")
{
    constexpr int picks = 18'000;
    constexpr std::uint64_t seed = 41;
    Bench bench("envoy-least-request", {2, 2, 2}, seed);
    // One server has a connection for good: it is picked when both draws are it, once in nine.
    const AgentIndex busy = bench.Open();
    const auto counts = bench.Turns(picks);
    std::vector<double> expected(3, picks * 4 / 9.0);
    expected[busy] = picks / 9.0;
    CAPTURE(counts, seed);
    CHECK(ChiSquare(counts, expected) < ChiSquareBound(2));
}

TEST_CASE("Envoy takes turns by weight where weights differ, and connections make them rarer")
{
    Bench bench("envoy-least-request", {5, 1}, 42);
    CHECK(bench.Turns(60) == std::vector<std::uint64_t>{50, 10});
    // Held ones: w / (x + 1) keeps the connections near the weights.
    Bench holding("envoy-least-request", {5, 1}, 43);
    std::vector<int> held(2);
    for (int i = 0; i < 120; ++i)
    {
        ++held[holding.Open()];
    }
    CHECK(held[0] > 80);
    CHECK(held[1] > 15);
    // Without bias connections count for nothing.
    Bench blind("envoy-least-request:0", {5, 1}, 44);
    int heavy = 0;
    for (int i = 0; i < 60; ++i)
    {
        heavy += blind.Open() == 0 ? 1 : 0;
    }
    CHECK(heavy == 50);
}

TEST_CASE("Linkerd's bias keeps away from a server that has just failed")
{
    Bench bench("linkerd-biased", {1, 1}, 45);
    const AgentIndex failed = bench.Open();
    bench.End(failed, 0.001, false);
    CHECK(bench.Turns(100)[failed] == 0);
    // 5 s and the RTT of the other fade alike while nobody is asked; a slow answer outweighs it.
    bench.End(bench.Open(2), 6, true, 2);
    CHECK(bench.Open(2) == failed);
}

TEST_CASE("Linkerd's load is RTT times connections, and begins at 30 ms")
{
    Bench bench("linkerd-biased", {1, 1}, 46);
    const AgentIndex slow = bench.Open();
    bench.End(slow, 0.09, true);
    // 30 ms, 60 ms and 90 ms for the other's first, second and third; then it is a draw's luck.
    CHECK(bench.Open() != slow);
    CHECK(bench.Open() != slow);
}

TEST_CASE("the session rate of HAProxy's later rule evens the ring's shares out")
{
    constexpr int picks = 2000;
    // With the ring alone the shares are 52 and 48 %: 40 apart, and a standard deviation of 45.
    Bench bench("haproxy-random-by-rate", {1, 1}, 47);
    const auto counts = bench.Turns(picks);
    CAPTURE(counts);
    CHECK(counts[0] + 12 > picks / 2);
    CHECK(counts[1] + 12 > picks / 2);
    Bench unequal("haproxy-random-by-rate", {1, 5}, 48);
    const auto shares = unequal.Turns(picks);
    CAPTURE(shares);
    // Both draws are the light one in 3 % and the heavy one in 70 %, so the rate decides in 27 %.
    CHECK(static_cast<double>(shares[0]) == Approx(picks / 6.0).epsilon(0.1));
}

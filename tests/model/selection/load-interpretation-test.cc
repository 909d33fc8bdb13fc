#include "model/selection/arrival-rate.h"
#include "tests/catch.h"
#include "tests/model/support/chi-square.h"
#include "tests/model/support/picks.h"

#include <cmath>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** Steady arrivals of the given rate from second \p from on; returns what was picked. */
std::vector<std::uint64_t>
Arrive(Policy& policy,
       const StatusTable& table,
       double from,
       double rate,
       int picks,
       SeededStream& random)
{
    std::vector<std::uint64_t> counts(table.Size());
    for (int i = 0; i < picks; ++i)
    {
        const Instant now = At(from + i / rate);
        const AgentIndex agent = policy.Pick(table, now, random).value();
        policy.OnDispatch(table, agent, now);
        ++counts.at(agent);
    }
    return counts;
}

} // namespace

TEST_CASE("the arrival rate is right from the beginning on, and follows")
{
    ArrivalRate rate;
    CHECK(rate.Get() == 0);
    const Duration tau = std::chrono::seconds(10);
    rate.Add(At(100), tau);
    CHECK(rate.Get() == 0);
    for (int i = 1; i <= 10; ++i)
    {
        rate.Add(At(100 + i * 0.1), tau);
    }
    CHECK(rate.Get() == Approx(10).epsilon(0.06));
    for (int i = 1; i <= 1'000; ++i)
    {
        rate.Add(At(101 + i * 0.1), tau);
    }
    CHECK(rate.Get() == Approx(10).epsilon(0.01));
    for (int i = 1; i <= 400; ++i)
    {
        rate.Add(At(201 + i * 0.2), tau);
    }
    CHECK(rate.Get() == Approx(5).epsilon(0.03));
}

TEST_CASE("requests that arrive at one instant have no rate, and harm none")
{
    ArrivalRate rate;
    rate.Add(At(1), std::chrono::seconds(10));
    rate.Add(At(1), std::chrono::seconds(10));
    CHECK(rate.Get() == 0);
    rate.Add(At(2), std::chrono::seconds(10));
    CHECK(std::isfinite(rate.Get()));
}

TEST_CASE("Basic LI fills the valley of the least loads")
{
    // With 2 arrivals a second an interval of 5 s brings K = 10. Loads 1, 3, 4, 20:
    // m = 3, L = (10 + 8) / 3 = 6, shares (5, 3, 2) / 10.
    for (const char* formula : {"min: reported", "min: reported + 0 * inflight"})
    {
        const StatusTable table = TableOfQueues({3, 20, 1, 4}, formula);
        constexpr std::uint64_t seed = 51;
        SeededStream random(seed);
        const auto policy = Make("basic-li");
        Arrive(*policy, table, 0, 2, 1'000, random);
        constexpr int picks = 20'000;
        const auto counts = Arrive(*policy, table, 500, 2, picks, random);
        CAPTURE(formula, seed);
        CHECK(counts[1] == 0);
        // The measured rate wavers by less than 1 %, which moves no share by more than that.
        CHECK(counts[2] / double(picks) == Approx(0.5).margin(0.025));
        CHECK(counts[0] / double(picks) == Approx(0.3).margin(0.025));
        CHECK(counts[3] / double(picks) == Approx(0.2).margin(0.025));
    }
}

TEST_CASE("Basic LI expects as many times the requests as there are proxies")
{
    // K = 0.5 from this proxy: only the least. With 200 proxies K = 100: nearly equal shares.
    const StatusTable table = TableOfQueues({0, 1, 2});
    SeededStream random(52);
    const auto one = Make("basic-li");
    Arrive(*one, table, 0, 0.1, 100, random);
    CHECK(Arrive(*one, table, 1'000, 0.1, 100, random).at(0) == 100);
    const auto many = Make("basic-li:200");
    Arrive(*many, table, 0, 0.1, 100, random);
    const auto counts = Arrive(*many, table, 1'000, 0.1, 6'000, random);
    // L = 103 / 3: shares 34.33, 33.33, 32.33 of 100; 4.9 standard deviations of 0.6 %.
    CHECK(counts[2] / 6000.0 == Approx(0.3233).margin(0.03));
}

TEST_CASE("LI without arrivals goes to the least loaded, a random one of equals")
{
    const StatusTable table = TableOfQueues({3, 1, 1, 7});
    for (const char* name : {"basic-li", "aged-li", "aggressive-li"})
    {
        std::set<AgentIndex> picked;
        for (std::uint64_t seed = 1; seed <= 60; ++seed)
        {
            SeededStream random(seed);
            picked.insert(Make(name)->Pick(table, At(1), random).value());
        }
        CAPTURE(name);
        CHECK(picked == std::set<AgentIndex>{1, 2});
    }
}

TEST_CASE("aged LI divides what each report has left to be filled by the requests since it came")
{
    // Loads 0, 0 and 4 of ages 5, 10 and 10 at a rate of 2: K = 10, 20, 20.
    // L/10 + L/20 = 1 gives L = 6.67 > 4; with the third L/10 + L/20 + (L - 4)/20 = 1: L = 6.
    StatusTable table = TableOfQueues({0, 0, 4});
    Observation young = Observe(0);
    young.report.inFlight = 0;
    table.Update(young, At(5));
    constexpr std::uint64_t seed = 53;
    SeededStream random(seed);
    std::vector<std::uint64_t> counts(3);
    constexpr int picks = 3'000;
    for (int i = 0; i < picks; ++i)
    {
        // A new policy each time, as many dispatches at one moment would not be the rate of 2.
        const auto again = Make("aged-li");
        for (int j = 0; j <= 40; ++j)
        {
            again->OnDispatch(table, 0, At(10 - (40 - j) * 0.5));
        }
        ++counts.at(again->Pick(table, At(10), random).value());
    }
    CAPTURE(seed);
    // The estimated rate of 41 requests is within 1 % of 2.
    CHECK(ChiSquare(counts, {picks * 0.6, picks * 0.3, picks * 0.1}) < 2 * ChiSquareBound(2));
}

TEST_CASE("aggressive LI fills the valley step by step, then everybody alike")
{
    // Loads 1, 3, 4: the second joins after 2 requests, the third after 2 + 2 * 1 = 4.
    const StatusTable table = TableOfQueues({3, 1, 4});
    std::vector<std::set<AgentIndex>> picked(8);
    for (std::uint64_t seed = 1; seed <= 100; ++seed)
    {
        SeededStream random(seed);
        const auto policy = Make("aggressive-li");
        for (auto& step : picked)
        {
            const AgentIndex agent = policy->Pick(table, At(1), random).value();
            policy->OnDispatch(table, agent, At(1));
            step.insert(agent);
        }
    }
    const std::set<AgentIndex> first = {1};
    const std::set<AgentIndex> two = {0, 1};
    const std::set<AgentIndex> all = {0, 1, 2};
    CHECK(picked == std::vector<std::set<AgentIndex>>{first, first, two, two, all, all, all, all});
}

TEST_CASE("aggressive LI begins anew with every round of reports")
{
    StatusTable table = TableOfQueues({3, 1, 4});
    const auto policy = Make("aggressive-li");
    SeededStream random(54);
    for (int i = 0; i < 50; ++i)
    {
        policy->OnDispatch(table, 1, At(1));
    }
    for (unsigned agent = 0; agent < 3; ++agent)
    {
        Observation observation = Observe(agent);
        observation.report.inFlight = agent == 2 ? 0 : 5;
        policy->OnReport(table, *table.Update(observation, At(5)), At(5));
    }
    for (int i = 0; i < 5; ++i)
    {
        CHECK(policy->Pick(table, At(5), random) == 2U);
        policy->OnDispatch(table, 2, At(5));
    }
}

TEST_CASE("LI picks agents of unknown load only when no load is known")
{
    StatusTable table = TableOfQueues({3, 1});
    table.Update(Observe(2), At(0));
    for (const char* name : {"basic-li", "aged-li", "aggressive-li"})
    {
        SeededStream random(55);
        const auto policy = Make(name);
        CAPTURE(name);
        CHECK(Arrive(*policy, table, 1, 100, 2'000, random).at(2) == 0);
    }
}

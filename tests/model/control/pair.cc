#include "tests/catch.h"
#include "tests/model/support/virtual-lan.h"

#include <algorithm>

using namespace sonda;
using namespace sonda::test;
using std::chrono::milliseconds;

namespace
{

constexpr Duration MICROSECOND = std::chrono::microseconds(1);

const std::string KEYS = "key k AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nactive k\n";

AgentOptions
Named(unsigned number)
{
    AgentOptions options;
    options.id = Observe(number).id;
    options.server = Observe(number).server;
    return options;
}

/** Ten agents with links of 20 us to 40 ms, whole nanoseconds. */
void
AddAgents(VirtualLan& lan, std::optional<Keyring> keyring = std::nullopt, bool baseForm = false)
{
    for (unsigned i = 0; i < 10; ++i)
    {
        AgentOptions options = Named(i);
        options.baseForm = baseForm;
        lan.Add(options, keyring, FromSeconds(lan.random.Between(20e-6, 40e-3)));
    }
}

/** Every accepted observation's RTT is twice the link's delay; hold is rounded down to 1 us. */
void
ExpectTrueRtt(VirtualLan& lan)
{
    lan.onResponse = [](VirtualLan::Host& host, const Expected<Observation, Refusal>& heard)
    {
        if (heard)
        {
            REQUIRE(heard->holdKnown);
            REQUIRE(heard->Rtt() >= 2 * host.delay);
            REQUIRE(heard->Rtt() < 2 * host.delay + MICROSECOND);
        }
    };
}

} // namespace

TEST_CASE("the RTT is twice the link's delay to the microsecond, whatever the reply window")
{
    std::uint64_t seed = 100;
    for (const auto window : {0, 1, 500, 4'000, 9'000})
    {
        MonitorOptions options;
        options.window = milliseconds(window);
        VirtualLan lan(options, std::nullopt, ++seed);
        AddAgents(lan);
        ExpectTrueRtt(lan);
        constexpr int rounds = 1'000;
        lan.RunUntil(At(5.0 * rounds - 0.1));
        CAPTURE(window, seed);
        CHECK(lan.monitor.ProbesSent() == rounds);
        CHECK(lan.monitor.Refusals().Total() == 0);
        // All but those of the last rounds that are still on their way.
        const int open = window < 4'900 ? 0 : 2 * 10;
        CHECK(lan.monitor.ResponsesAccepted() <= rounds * 10);
        CHECK(lan.monitor.ResponsesAccepted() >= static_cast<unsigned>(rounds * 10 - open));
        for (const auto& host : lan.hosts)
        {
            CHECK(host.agent.Refusals().Total() == 0);
        }
        CHECK(lan.balancer.Table().Candidates().size() == 10);
    }
}

TEST_CASE("the nearest agent is the best, although its responses wait as long as the others'")
{
    VirtualLan lan(MonitorOptions(), std::nullopt, 7);
    AddAgents(lan);
    lan.RunUntil(At(500));
    const auto nearest =
        std::min_element(lan.hosts.begin(),
                         lan.hosts.end(),
                         [](const auto& a, const auto& b) { return a.delay < b.delay; });
    for (int i = 0; i < 20; ++i)
    {
        const auto pick = lan.balancer.Dispatch(lan.now, lan.random);
        REQUIRE(pick);
        CHECK(lan.balancer.Table().Get(*pick).id == nearest->agent.GetOptions().id);
    }
}

TEST_CASE("lost datagrams are missing and nothing else")
{
    VirtualLan lan(MonitorOptions(), std::nullopt, 8);
    AddAgents(lan);
    ExpectTrueRtt(lan);
    lan.loss = 0.1;
    lan.RunUntil(At(9'999));
    CHECK(lan.lost > 3'000);
    CHECK(lan.monitor.ResponsesAccepted() == 2'000 * 10 - lan.lost);
    CHECK(lan.monitor.Refusals().Total() == 0);
}

TEST_CASE("datagrams that arrive twice count once")
{
    VirtualLan lan(MonitorOptions(), std::nullopt, 9);
    AddAgents(lan);
    ExpectTrueRtt(lan);
    lan.doubling = 0.3;
    lan.RunUntil(At(2'499));
    CHECK(lan.monitor.ResponsesAccepted() == 500 * 10);
    std::uint64_t refused = 0;
    for (const auto& host : lan.hosts)
    {
        refused += host.agent.Refusals().Get(RefusalReason::DUPLICATE_REQUEST);
        CHECK(host.agent.Refusals().Total() ==
              host.agent.Refusals().Get(RefusalReason::DUPLICATE_REQUEST));
    }
    CHECK(refused == lan.doubledRequests);
    CHECK(lan.monitor.Refusals().Get(RefusalReason::DUPLICATE_RESPONSE) == lan.doubledResponses);
    CHECK(lan.monitor.Refusals().Total() == lan.doubledResponses);
}

TEST_CASE("responses later than two intervals are refused, the others have the true RTT")
{
    MonitorOptions options;
    options.window = std::chrono::seconds(30);
    VirtualLan lan(options, std::nullopt, 10);
    AddAgents(lan);
    ExpectTrueRtt(lan);
    lan.RunUntil(At(5'000));
    const auto late = lan.monitor.Refusals().Get(RefusalReason::UNKNOWN_NONCE);
    CHECK(lan.monitor.Refusals().Total() == late);
    // A uniform wait in 30 s is over within 10 s for one response of three (standard deviation of
    // the share 0.005; 4.9 of them).
    const double share = static_cast<double>(lan.monitor.ResponsesAccepted()) /
                         static_cast<double>(lan.monitor.ResponsesAccepted() + late);
    CHECK(share == Approx(1.0 / 3).margin(0.025));
}

TEST_CASE("an agent that falls silent is stale, dead and forgotten on time, and comes back")
{
    MonitorOptions options;
    options.window = milliseconds(0);
    VirtualLan lan(options, std::nullopt, 11);
    AddAgents(lan);
    lan.RunUntil(At(101));
    auto& host = lan.hosts.front();
    const std::string id = host.agent.GetOptions().id;
    const auto freshness = [&]
    {
        const auto agent = lan.balancer.Table().Find(id);
        return std::string(agent ? ToString(lan.balancer.Table().Get(*agent).freshness) : "gone");
    };
    host.silent = true; // its last report came with the probe of second 100
    lan.RunUntil(At(107.4));
    CHECK(freshness() == "fresh");
    lan.RunUntil(At(107.6));
    CHECK(freshness() == "stale");
    lan.RunUntil(At(117.4));
    CHECK(freshness() == "stale"); // an answer to the third probe, of second 115, may still come
    lan.RunUntil(At(117.6));
    CHECK(freshness() == "dead");
    CHECK(lan.balancer.Table().Candidates().size() == 9);
    lan.RunUntil(At(150.1));
    CHECK(freshness() == "gone");
    host.silent = false;
    lan.RunUntil(At(155.1));
    CHECK(freshness() == "fresh");
    CHECK(lan.balancer.Table().Candidates().size() == 10);
}

TEST_CASE("with keys on both sides everything is signed and accepted")
{
    MonitorOptions options;
    options.acceptBase = false;
    options.foreignSources = ForeignSources::REFUSED;
    const auto ring = Keyring::Parse(KEYS, "keys");
    VirtualLan lan(options, *ring, 12);
    AddAgents(lan, *ring);
    ExpectTrueRtt(lan);
    auto& stranger = lan.Add(Named(99), std::nullopt, milliseconds(1));
    lan.RunUntil(At(499));
    CHECK(lan.monitor.ResponsesAccepted() == 100 * 10);
    // It reads the signed requests, but its own answers are nobody's.
    CHECK(stranger.agent.RepliesTaken() == 100);
    CHECK(lan.monitor.Refusals().Get(RefusalReason::UNSIGNED) == 100);
    CHECK_FALSE(lan.balancer.Table().Find("agent-99"));
}

TEST_CASE("agents with keys do not answer a monitor without")
{
    VirtualLan lan(MonitorOptions(), std::nullopt, 13);
    AddAgents(lan, *Keyring::Parse(KEYS, "keys"));
    lan.RunUntil(At(49));
    CHECK(lan.monitor.ResponsesAccepted() == 0);
    CHECK(lan.hosts.front().agent.Refusals().Get(RefusalReason::UNSIGNED) == 10);
}

TEST_CASE("the base form works in both directions; its RTT contains the wait")
{
    for (const bool baseMonitor : {false, true})
    {
        for (const bool baseAgents : {false, true})
        {
            MonitorOptions options;
            options.baseForm = baseMonitor;
            VirtualLan lan(options, std::nullopt, 14);
            AddAgents(lan, std::nullopt, baseAgents);
            lan.onResponse =
                [&](VirtualLan::Host& host, const Expected<Observation, Refusal>& heard)
            {
                REQUIRE(heard);
                // Who is asked in the base form answers in it.
                const bool isBase = baseAgents || baseMonitor;
                REQUIRE(heard->holdKnown != isBase);
                REQUIRE(heard->Rtt() >= 2 * host.delay);
                const Duration wait = isBase ? Duration(milliseconds(500)) : Duration(0);
                REQUIRE(heard->Rtt() < 2 * host.delay + wait + MICROSECOND);
            };
            lan.RunUntil(At(499));
            CAPTURE(baseMonitor, baseAgents);
            CHECK(lan.monitor.ResponsesAccepted() == 100 * 10);
            CHECK(lan.balancer.Table().Find(baseAgents || baseMonitor ? "10.0.0.1:80" : "agent-0"));
        }
    }
}

#include "tests/catch.h"
#include "tests/model/support/agent-seven.h"
#include "tests/model/support/monitor-bench.h"

#include <string>
#include <vector>

/** What recorded datagrams do where there is a key: nothing. */
using namespace sonda;
using namespace sonda::test;

namespace
{

const std::string KEYS = "key k AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nactive k\n";
const std::string MASTER = "master m AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nactive m\n";

Keyring
Ring(const std::string& text)
{
    return *Keyring::Parse(text, "keys");
}

MonitorOptions
Fast()
{
    MonitorOptions options;
    options.window = Duration(0);
    return options;
}

/** A monitor at 10.0.0.1 and agent seven, and what was recorded between them. */
struct Bench
{
    explicit Bench(const Keyring& monitors = Ring(KEYS), const Keyring& agents = Ring(KEYS))
        : monitor(Fast(), monitors),
          agent(AgentSeven(), agents)
    {
    }

    std::string
    Probe(double second)
    {
        recorded.push_back(monitor.Probe(At(second), "10.0.0.1", random));
        return recorded.back();
    }

    std::string
    Ask(const std::string& datagram, double second)
    {
        const auto refusal = agent.OnDatagram(
            datagram,
            "10.0.0.1",
            4000,
            At(second),
            [this] { return report; },
            random);
        return refusal ? ToString(refusal->reason) : "accepted";
    }

    std::string
    Hear(const std::string& datagram, double second)
    {
        const auto heard = monitor.OnDatagram(datagram, std::string("10.0.0.7"), At(second));
        return heard ? "accepted" : ToString(heard.GetError().reason);
    }

    /** A round as it should be. \return the response */
    std::string
    Round(double second)
    {
        CHECK(Ask(Probe(second), second + 0.01) == "accepted");
        const auto reply = agent.TakeReply(At(second + 0.01));
        REQUIRE(reply);
        CHECK(Hear(reply->datagram, second + 0.02) == "accepted");
        return reply->datagram;
    }

    SeededStream random{4};
    Report report;
    Monitor monitor;
    Agent agent;
    std::vector<std::string> recorded;
};

} // namespace

TEST_CASE("a drain is heard whatever was replayed, with a shared key and with derived ones")
{
    const Keyring master = Ring(MASTER);
    for (const bool isDerived : {false, true})
    {
        Bench bench = isDerived ? Bench(master, Ring(*master.DeriveAgentFile("seven"))) : Bench();
        // More rounds than an agent remembers nonces of.
        for (int round = 0; round < 300; ++round)
        {
            bench.Round(5.0 * round);
        }
        const double now = 5.0 * 299 + 2;
        for (const std::string& old : bench.recorded)
        {
            const std::string verdict = bench.Ask(old, now);
            REQUIRE((verdict == "old-request" || verdict == "duplicate-request"));
        }
        bench.report.state = ServerState::DRAIN;
        const auto notices = bench.agent.Announce(At(now), bench.report);
        REQUIRE(notices.size() == 1);
        CHECK(bench.Hear(notices[0].datagram, now + 0.01) == "accepted");
        // Nor is the notice believed again, now or later.
        CHECK(bench.Hear(notices[0].datagram, now + 0.02) == "duplicate-response");
        bench.report.state = ServerState::READY;
        const std::string answer = bench.Round(1500);
        CHECK(bench.Hear(notices[0].datagram, 1500.1) == "duplicate-response");
        CHECK(bench.Hear(answer, 1500.1) == "duplicate-response");
        CHECK(bench.Hear(notices[0].datagram, 1510.1) == "unknown-nonce");
        CHECK(bench.Hear(answer, 1510.1) == "unknown-nonce");
    }
}

TEST_CASE("replays keep no agent busy")
{
    Bench bench;
    for (int round = 0; round < 1'000; ++round)
    {
        bench.Probe(5.0 * round); // this agent was not there
    }
    bench.Round(5'000);
    for (int times = 0; times < 3; ++times)
    {
        for (std::size_t i = 0; i + 1 < bench.recorded.size(); ++i)
        {
            REQUIRE(bench.Ask(bench.recorded[i], 5'001) == "old-request");
        }
    }
    CHECK_FALSE(bench.agent.NextReply());
    bench.Round(5'005);
}

TEST_CASE("an agent that has just started takes a recording at most until its monitor asks")
{
    Bench bench;
    for (int round = 0; round < 10; ++round)
    {
        bench.Probe(5.0 * round);
    }
    CHECK(bench.Ask(bench.recorded[3], 51) == "accepted");
    CHECK(bench.Ask(bench.recorded[2], 51) == "old-request");
    while (bench.agent.TakeReply(At(51)))
    {
    }
    bench.Round(55);
    CHECK(bench.Ask(bench.recorded[4], 56) == "old-request");
    CHECK(bench.Ask(bench.recorded[9], 56) == "old-request");
}

TEST_CASE("a monitor's stamps grow when its clock is set back, and after a restart when it was not")
{
    Bench bench;
    const Duration day = std::chrono::hours(24);
    bench.monitor.SetTimeOfDay(10 * day);
    bench.Round(0);
    bench.monitor.SetTimeOfDay(9 * day);
    bench.Round(5);
    bench.monitor.SetTimeOfDay(11 * day);
    bench.Round(10);
    bench.monitor = Monitor(Fast(), Ring(KEYS));
    bench.monitor.SetTimeOfDay(11 * day);
    bench.Round(15);
    // A restart with a clock that was set back: refused until the agent has forgotten.
    bench.monitor = Monitor(Fast(), Ring(KEYS));
    bench.monitor.SetTimeOfDay(3 * day);
    CHECK(bench.Ask(bench.Probe(20), 20) == "old-request");
    bench.Round(140);
}

TEST_CASE("unstamped requests of an older proxy are taken until the address stamps")
{
    Bench bench;
    const Keyring ring = Ring(KEYS);
    const auto old = [&]
    {
        ProbeRequest request;
        request.nonce = RandomHex(bench.random, 128);
        request.windowMs = 0;
        return ring.Seal(Role::REQUEST, "10.0.0.1", Encode(request));
    };
    CHECK(bench.Ask(old(), 0) == "accepted");
    CHECK(bench.Ask(old(), 1) == "accepted");
    while (bench.agent.TakeReply(At(1)))
    {
    }
    bench.Round(5);
    CHECK(bench.Ask(old(), 6) == "old-request");
}

TEST_CASE("a request for one agent, replayed to another, changes nothing there")
{
    Bench bench;
    bench.Round(0);
    const std::string forEight = bench.monitor.ProbeAgent(At(1), "10.0.0.1", bench.random, "eight");
    CHECK(bench.Ask(forEight, 1) == "other-agent");
    bench.report.state = ServerState::DOWN;
    const auto notices = bench.agent.Announce(At(2), bench.report);
    REQUIRE(notices.size() == 1);
    CHECK(bench.Hear(notices[0].datagram, 2.01) == "accepted");
}

TEST_CASE("only signed requests bear a stamp, only unsigned ones are filled up")
{
    SeededStream random(1);
    MonitorOptions options;
    options.requestBytes = LONGEST_ANSWER;
    const std::string plain = Monitor(options, std::nullopt).Probe(At(0), "10.0.0.1", random);
    CHECK(plain.size() == LONGEST_ANSWER);
    REQUIRE(DecodeRequest(plain));
    CHECK_FALSE(DecodeRequest(plain)->order);
    const std::string sealed = Monitor(options, Ring(KEYS)).Probe(At(7), "10.0.0.1", random);
    CHECK(sealed.size() < 300);
    REQUIRE(DecodeRequest(sealed));
    CHECK(DecodeRequest(sealed)->order->stamp == 7'000'000);
    options.baseForm = true;
    CHECK(Monitor(options, std::nullopt).Probe(At(0), "10.0.0.1", random) ==
          R"({"tipo":"probe request"})");
}

TEST_CASE("an agent that was captured speaks for itself only")
{
    const Keyring master = Ring(MASTER);
    const Keyring captured = Ring(*master.DeriveAgentFile("seven"));
    Bench bench(master, captured);
    bench.Round(0);
    ProbeResponse response;
    response.server = {"10.0.0.7", 80};
    response.id = "eight";
    response.nonce = DecodeRequest(bench.Probe(5))->nonce;
    response.hold = Duration(0);
    const auto hear = [&](const Keyring& ring)
    { return bench.Hear(ring.Seal(Role::RESPONSE, "10.0.0.7", Encode(response)), 5.1); };
    CHECK(hear(captured) == "foreign-id");
    response.id.reset();
    CHECK(hear(captured) == "foreign-id");
    response.id = "eight";
    CHECK(hear(Ring(*master.DeriveAgentFile("eight"))) == "accepted");
    // Nor can it make requests: it has the public key only.
    CHECK_THROWS_AS(captured.Seal(Role::REQUEST, "10.0.0.1", "{}"), std::logic_error);
}

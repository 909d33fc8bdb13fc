#include "tests/catch.h"
#include "tests/model/support/agent-seven.h"
#include "tests/model/support/chi-square.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/seeded-stream.h"

#include <map>
#include <set>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** An agent that monitors 10.0.0.0, 10.0.0.1, … ask to be told. */
struct Bench
{
    explicit Bench(AgentOptions options = AgentSeven())
        : agent(std::move(options), std::nullopt)
    {
    }

    /** \return the nonce of the request. */
    std::string
    Ask(unsigned monitor, std::optional<std::uint32_t> below, Instant now)
    {
        ProbeRequest request;
        request.nonce = RandomHex(random, 128);
        request.windowMs = 0;
        request.below = below;
        Send(request, monitor, now);
        return *request.nonce;
    }

    void
    Send(const ProbeRequest& request, unsigned monitor, Instant now)
    {
        const std::string address = "10.0.0." + std::to_string(monitor);
        const auto figures = [this] { return report; };
        REQUIRE_FALSE(agent.OnDatagram(Encode(request), address, 4000, now, figures, random));
        REQUIRE(agent.TakeReply(now));
    }

    /** \return the last number of the monitor that is told, or -1. */
    int
    Notify(std::uint32_t before, std::uint32_t after, Instant now)
    {
        const auto notice = agent.Notify(before, after, now, report, random);
        return notice ? std::stoi(notice->address.substr(7)) : -1;
    }

    SeededStream random{3};
    Report report;
    Agent agent;
};

} // namespace

TEST_CASE("a notice is a response to the last request, with the figures and hold time of now")
{
    Bench bench;
    bench.Ask(1, 1, At(0));
    const std::string nonce = bench.Ask(1, 1, At(5));
    bench.report.inFlight = 0;
    bench.report.ram = 77;
    const auto notice = bench.agent.Notify(1, 0, At(7.25), bench.report, bench.random);
    REQUIRE(notice);
    CHECK(notice->address == "10.0.0.1");
    CHECK(notice->port == 4000);
    const auto response = DecodeResponse(notice->datagram);
    REQUIRE(response);
    CHECK(response->notice);
    CHECK(response->nonce == nonce);
    CHECK(response->hold == FromSeconds(2.25));
    CHECK(response->id == "seven");
    CHECK(response->server == Endpoint{"10.0.0.7", 80});
    CHECK(response->report.ram == 77);
    CHECK(response->report.inFlight == 0U);
    CHECK(bench.agent.NoticesTaken() == 1);
    CHECK(bench.agent.RepliesTaken() == 2);
}

TEST_CASE("only a fall past the wanted number is told")
{
    Bench bench;
    bench.Ask(1, 3, At(0));
    CHECK(bench.Notify(5, 4, At(1)) == -1);
    CHECK(bench.Notify(4, 3, At(2)) == -1);
    CHECK(bench.Notify(3, 2, At(3)) == 1);
    CHECK(bench.Notify(2, 1, At(4)) == -1);
    CHECK(bench.Notify(9, 0, At(5)) == 1);
}

TEST_CASE("who does not ask is not told, and the last request counts")
{
    Bench bench;
    CHECK(bench.Notify(1, 0, At(0)) == -1);
    bench.Ask(1, std::nullopt, At(0));
    CHECK(bench.Notify(1, 0, At(1)) == -1);
    bench.Ask(1, 1, At(2));
    CHECK(bench.Notify(1, 0, At(3)) == 1);
    bench.Ask(1, 5, At(4));
    CHECK(bench.Notify(1, 0, At(5)) == -1);
    bench.Ask(1, std::nullopt, At(6));
    CHECK(bench.Notify(5, 4, At(7)) == -1);
}

TEST_CASE("a request without nonce and an agent of the base form have no words for notices")
{
    Bench bench;
    ProbeRequest request;
    request.below = 1;
    request.windowMs = 0;
    bench.Send(request, 1, At(0));
    CHECK(bench.Notify(1, 0, At(1)) == -1);
    AgentOptions options = AgentSeven();
    options.baseForm = true;
    Bench base(options);
    base.Ask(1, 1, At(0));
    CHECK(base.Notify(1, 0, At(1)) == -1);
}

TEST_CASE("a fall is told to one of those who asked, to each as often")
{
    Bench bench;
    for (unsigned monitor = 1; monitor <= 5; ++monitor)
    {
        bench.Ask(monitor, monitor == 3 ? 2 : 1, At(0));
    }
    constexpr int falls = 8'000;
    std::vector<std::uint64_t> told(6);
    for (int i = 1; i <= falls; ++i)
    {
        ++told.at(static_cast<std::size_t>(bench.Notify(1, 0, At(i * 1e-3))));
    }
    CHECK(told[0] == 0);
    CHECK(told[3] == 0);
    CHECK(ChiSquare({told[1], told[2], told[4], told[5]}, std::vector<double>(4, falls / 4.0)) <
          ChiSquareBound(3));
}

TEST_CASE("one monitor is told once a microsecond, so that each notice has a longer hold time")
{
    Bench bench;
    bench.Ask(1, 1, At(0));
    const auto after = [](int nanoseconds) { return At(1) + Duration(nanoseconds); };
    CHECK(bench.Notify(1, 0, after(0)) == 1);
    CHECK(bench.Notify(1, 0, after(999)) == -1);
    CHECK(bench.Notify(1, 0, after(1'000)) == 1);
    // With a new request the count begins anew.
    bench.Ask(1, 1, after(1'000));
    CHECK(bench.Notify(1, 0, after(1'000)) == 1);
}

TEST_CASE("a monitor that does not ask for two minutes is forgotten")
{
    Bench bench;
    bench.Ask(1, 1, At(0));
    bench.Ask(2, 1, At(60));
    CHECK(bench.Notify(1, 0, At(120)) > 0);
    for (int i = 0; i < 20; ++i)
    {
        CHECK(bench.Notify(1, 0, At(120.1 + i)) == 2);
    }
    CHECK(bench.Notify(1, 0, At(180.1)) == -1);
}

TEST_CASE("whether anybody waits for a fall follows the requests and the time")
{
    Bench bench;
    CHECK_FALSE(bench.agent.WantsFalls(At(0)));
    bench.Ask(1, std::nullopt, At(0)); // would hear of a drain only
    CHECK_FALSE(bench.agent.WantsFalls(At(0)));
    bench.Ask(2, 3, At(1));
    CHECK(bench.agent.WantsFalls(At(121)));
    CHECK_FALSE(bench.agent.WantsFalls(At(121.001)));
    bench.Ask(2, 3, At(130));
    bench.Ask(2, std::nullopt, At(131));
    CHECK_FALSE(bench.agent.WantsFalls(At(131)));
}

TEST_CASE("of more monitors than are kept the one that asked longest ago is forgotten")
{
    AgentOptions options = AgentSeven();
    options.mostWatchers = 3;
    Bench bench(options);
    for (const unsigned monitor : {1U, 2U, 3U, 1U, 4U})
    {
        bench.Ask(monitor, 1, At(0));
    }
    std::set<int> told;
    for (int i = 1; i < 200; ++i)
    {
        told.insert(bench.Notify(1, 0, At(i * 1e-3)));
    }
    CHECK(told == std::set<int>{1, 3, 4});
}

TEST_CASE("with a key a notice is signed as a response is")
{
    const auto ring =
        *Keyring::Parse("key k AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nactive k\n", "keys");
    Agent agent(AgentSeven(), ring);
    SeededStream random(1);
    ProbeRequest request;
    request.nonce = RandomHex(random, 128);
    request.below = 1;
    const std::string sealed = ring.Seal(Role::REQUEST, "10.0.0.1", Encode(request));
    const auto figures = [] { return Report(); };
    REQUIRE_FALSE(agent.OnDatagram(sealed, "10.0.0.1", 4000, At(0), figures, random));
    const auto notice = agent.Notify(1, 0, At(1), Report(), random);
    REQUIRE(notice);
    CHECK_FALSE(ring.Check(Role::RESPONSE, "10.0.0.7", notice->datagram));
}

TEST_CASE("every monitor that asked lately is told of a drain, each time anew")
{
    Bench bench;
    Report drained;
    drained.state = ServerState::DRAIN;
    bench.Ask(1, std::nullopt, At(0)); // forgotten
    bench.Ask(2, 1, At(100));          // replaced
    const std::string two = bench.Ask(2, std::nullopt, At(105));
    const std::string three = bench.Ask(3, 5, At(106));
    for (const double now : {121.0, 121.1})
    {
        const auto notices = bench.agent.Announce(At(now), drained);
        REQUIRE(notices.size() == 2);
        CHECK(notices[0].address == "10.0.0.2");
        CHECK(notices[0].port == 4000);
        const auto first = DecodeResponse(notices[0].datagram);
        REQUIRE(first);
        CHECK(first->notice);
        CHECK(first->report.state == ServerState::DRAIN);
        CHECK(first->nonce == two);
        CHECK(*first->hold == FromSeconds(now) - FromSeconds(105));
        CHECK(DecodeResponse(notices[1].datagram)->nonce == three);
    }
    // The monitor would take it for a copy.
    CHECK(bench.agent.Announce(At(121.1), drained).empty());
    CHECK(bench.agent.Announce(At(500), drained).empty());
}

TEST_CASE("the base form has no words for a drain")
{
    AgentOptions options = AgentSeven();
    options.baseForm = true;
    Bench bench(options);
    bench.Ask(1, 1, At(0));
    CHECK(bench.agent.Announce(At(1), Report()).empty());
}

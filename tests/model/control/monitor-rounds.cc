#include "model/control/monitor.h"
#include "tests/catch.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/seeded-stream.h"

#include <nlohmann/json.hpp>
#include <set>

using namespace sonda;
using namespace sonda::test;

TEST_CASE("a probe request carries a new nonce and the window")
{
    MonitorOptions options;
    options.window = std::chrono::milliseconds(750);
    Monitor monitor(options, std::nullopt);
    SeededStream random(1);
    std::set<std::string> nonces;
    for (int i = 0; i < 200; ++i)
    {
        const auto request = DecodeRequest(monitor.Probe(At(5.0 * i), "10.0.0.1", random));
        REQUIRE(request);
        CHECK(request->windowMs == 750U);
        CHECK_FALSE(request->slice);
        nonces.insert(request->nonce.value());
    }
    CHECK(nonces.size() == 200);
    CHECK(monitor.ProbesSent() == 200);
}

TEST_CASE("the nonce uses all of its 128 bits")
{
    SeededStream random(2);
    std::string ones(32, '0');
    for (int i = 0; i < 64; ++i)
    {
        const std::string nonce = RandomHex(random, 128);
        REQUIRE(nonce.size() == 32);
        for (std::size_t at = 0; at < nonce.size(); ++at)
        {
            const int bits = std::stoi(std::string(1, ones[at]), nullptr, 16) |
                             std::stoi(std::string(1, nonce[at]), nullptr, 16);
            ones[at] = "0123456789abcdef"[bits];
        }
    }
    // A bit that is free stays 0 in 64 nonces once in 2^64.
    CHECK(ones == std::string(32, 'f'));
}

TEST_CASE("a monitor of the base form asks in the report's words")
{
    MonitorOptions options;
    options.baseForm = true;
    Monitor monitor(options, std::nullopt);
    SeededStream random(1);
    CHECK(monitor.Probe(At(0), "10.0.0.1", random) == R"({"tipo":"probe request"})");
}

TEST_CASE("the first probe is due at once, the next an interval after the last")
{
    MonitorOptions options;
    options.interval = std::chrono::seconds(2);
    Monitor monitor(options, std::nullopt);
    SeededStream random(1);
    CHECK(monitor.NextProbe() == Instant());
    monitor.Probe(At(3), "10.0.0.1", random);
    CHECK(monitor.NextProbe() == At(5));
    // A probe that was late does not make the next one come early.
    monitor.Probe(At(5.5), "10.0.0.1", random);
    CHECK(monitor.NextProbe() == At(7.5));
}

TEST_CASE("a base-form response is matched to the last request")
{
    Monitor monitor(MonitorOptions(), std::nullopt);
    SeededStream random(1);
    const std::string response =
        R"({"tipo":"probe response","RAM":1000,"CPU":60,"IP":"10.0.0.7","Door":80})";
    monitor.Probe(At(0), "10.0.0.1", random);
    monitor.Probe(At(5), "10.0.0.1", random);
    const auto observation = monitor.OnDatagram(response, "10.0.0.7", At(5.25));
    REQUIRE(observation);
    CHECK(observation->id == "10.0.0.7:80");
    CHECK(observation->elapsed == FromSeconds(0.25));
    CHECK(observation->hold == Duration(0));
    CHECK_FALSE(observation->holdKnown);
    CHECK(observation->Rtt() == FromSeconds(0.25));
    CHECK(observation->report.ram == 1000);
    CHECK(observation->report.cpu == 60);
}

TEST_CASE("a late response is measured from its own request, not from the last one")
{
    Monitor monitor(MonitorOptions(), std::nullopt);
    SeededStream random(1);
    ProbeResponse response;
    response.server = {"10.0.0.7", 80};
    response.nonce = DecodeRequest(monitor.Probe(At(0), "10.0.0.1", random))->nonce;
    response.hold = FromSeconds(5);
    response.id = "seven";
    monitor.Probe(At(5), "10.0.0.1", random);
    const auto observation = monitor.OnDatagram(Encode(response), "10.0.0.7", At(5.5));
    REQUIRE(observation);
    CHECK(observation->id == "seven");
    CHECK(observation->elapsed == FromSeconds(5.5));
    CHECK(observation->hold == FromSeconds(5));
    CHECK(observation->Rtt() == FromSeconds(0.5));
    CHECK(monitor.ResponsesAccepted() == 1);
}

#include "model/scoring/catalogue.h"
#include "scenarios/sim/world.h"
#include "tests/catch.h"

#include "ns3/rng-seed-manager.h"

#include <map>
#include <string>
#include <tuple>
#include <vector>

using namespace sonda;
using namespace sonda::sim;

/** What breaks breaks alike with packets and without. */
namespace
{

using Json = JsonReader::Json;

/** What came of a run. */
struct Outcome
{
    std::map<std::string, std::uint64_t> picks;       //!< by agent
    std::map<std::string, std::uint64_t> failures;    //!< as the proxy saw them
    std::map<std::string, std::uint64_t> completions; //!< as the proxy saw them
    std::uint64_t retries;
    std::uint64_t failed; //!< requests
    std::uint64_t answered;
    double slowestS;
    double meanS;
};

Outcome
Run(Json json, const std::string& fidelity, const std::string& formula, const std::string& policy)
{
    json["fidelity"] = fidelity;
    ns3::RngSeedManager::SetSeed(1);
    ns3::RngSeedManager::SetRun(1);
    auto parsed = Catalogue::BuiltIn().Find(formula);
    REQUIRE(parsed);
    World world(Scenario::Read(json, "faults"), std::move(*parsed), policy);
    world.Run();
    CHECK(world.Abandoned() == 0);
    const RunRecorder& recorder = world.Recorder();
    Outcome outcome{};
    for (const auto& row : recorder.Windows())
    {
        const std::string& id = recorder.AgentIds()[row.agent];
        outcome.picks[id] += row.picks;
        outcome.failures[id] += row.failures;
        outcome.completions[id] += row.completions;
    }
    outcome.retries = recorder.Retries();
    outcome.failed = recorder.Failures();
    outcome.answered = recorder.ResponseTimes().Count();
    outcome.slowestS = recorder.ResponseTimes().Quantile(1);
    outcome.meanS = recorder.ResponseTimes().Mean();
    return outcome;
}

/**
 * Runs it in both fidelities and compares.
 *
 * With deterministic arrivals and a policy that looks at nothing, each request meets the same
 * agents in both. What differs is transmission: less than a microsecond a segment at the simulated
 * devices' rate, and a nanosecond that ns-3's TCP waits before it sends. A request is carried in
 * seven segments one after the other, and each refusal costs two more; the bar of docs/design.md
 * for a request that nothing befalls, 20 us, covers ten refusals, too.
 *
 * \return what it was in `request`
 */
Outcome
CheckAlike(const Json& json, const std::string& policy = "round-robin")
{
    const Outcome request = Run(json, "request", "none", policy);
    const Outcome packet = Run(json, "packet", "none", policy);
    CHECK(packet.picks == request.picks);
    CHECK(packet.failures == request.failures);
    CHECK(packet.completions == request.completions);
    CHECK(packet.retries == request.retries);
    CHECK(packet.failed == request.failed);
    CHECK(packet.answered == request.answered);
    CHECK(packet.slowestS == Approx(request.slowestS).margin(20e-6));
    CHECK(packet.meanS == Approx(request.meanS).margin(20e-6));
    return request;
}

/** Two servers 5 ms away, a request every 50 ms that takes 10 ms, probes every second. */
Json
Two(const std::string& events)
{
    Json json = Json::parse(R"({
        "name": "faults", "duration_s": 10.02, "probe": {"interval_s": 1, "window_ms": 100},
        "clients": {"count": 1, "delay_ms": 5, "start_s": 2},
        "agents": [{"name": "a", "count": 2, "delay_ms": 5}],
        "workload": {"load": 0.1, "service_ms": 10, "arrivals": "deterministic"}
    })");
    json["events"] = Json::parse(events);
    return json;
}

} // namespace

TEST_CASE("a crashed server refuses after one round trip, with packets too", "[faults]")
{
    const Outcome outcome =
        CheckAlike(Two(R"([{"at_s": 4.001, "agents": "a[0]", "do": "crash"}])"));
    // The first refusal lets it rest until its reports are three intervals old.
    CHECK(outcome.retries == 1);
    CHECK(outcome.failed == 0);
    // 4 dc + 4 da + 10 ms of work, and 2 da for the refusal.
    CHECK(outcome.slowestS == Approx(0.060).margin(1e-6));
}

TEST_CASE("requests in flight fail when their server crashes, with packets too", "[faults]")
{
    // Dispatched every 50 ms from 2.015 s on, to each server every 100 ms; there for 10 ms from
    // 15 ms after the dispatch on. The moments are: accepted and nothing came yet; the request is
    // there; the answer is under way.
    for (const double at : {4.0215, 4.035, 4.0415, 4.0715, 4.085, 4.0915})
    {
        Json json = Two("[]");
        json["events"] = Json::array({{{"at_s", at}, {"agents", "a"}, {"do", "crash"}},
                                      {{"at_s", at + 0.5}, {"agents", "a"}, {"do", "recover"}}});
        INFO("crash at " << at << " s");
        CheckAlike(json);
    }
}

TEST_CASE("a server that leaves and one that joins are met alike with packets", "[faults]")
{
    const Outcome left = CheckAlike(Two(R"([{"at_s": 4.001, "agents": "a[1]", "do": "leave"},
                                            {"at_s": 7.001, "agents": "a[1]", "do": "join"}])"));
    CHECK(left.retries >= 1);
    CHECK(left.failed == 0);
    CheckAlike(Two(R"([{"at_s": 4.001, "agents": "a[1]", "do": "join"}])"));
}

TEST_CASE("a fleet that refuses whole costs each client a round trip a server", "[faults]")
{
    const Outcome outcome = CheckAlike(Two(R"([{"at_s": 4.001, "agents": "a", "do": "crash"},
                                               {"at_s": 6.001, "agents": "a", "do": "recover"}])"));
    CHECK(outcome.failed > 10);
}

TEST_CASE("a server that fails is seen as failing, with packets too", "[faults]")
{
    const Outcome outcome = CheckAlike(Two(R"([{"at_s": 4.001, "agents": "a[0]", "do": "fail"}])"));
    // The last one ends after the last window.
    CHECK(outcome.failures.at("a[0]") == outcome.failed - 1);
    CHECK(outcome.failed > 30);
}

TEST_CASE("an end without a byte and a lone server's crash are met alike with packets", "[faults]")
{
    const Outcome empty =
        CheckAlike(Two(R"([{"at_s": 4.001, "agents": "a[0]", "do": "fail", "how": "end"}])"));
    CHECK(empty.failures.at("a[0]") == 0);
    CHECK(empty.failed > 30);
    const Outcome lone =
        CheckAlike(Two(R"([{"at_s": 4.001, "agents": "a[0]", "do": "server-crash"}])"));
    CHECK(lone.retries >= 2);
    CHECK(lone.failed == 0);
}

TEST_CASE("a formula that looks at failures sees them in every fidelity", "[faults]")
{
    // A quarter of the servers fails at once: with connections in flight it looks idle and draws
    // everything; a formula that counts failures avoids it.
    Json json = Json::parse(R"({
        "name": "fast-fail", "duration_s": 20, "probe": {"interval_s": 1, "window_ms": 100},
        "clients": {"count": 2, "delay_ms": 1},
        "agents": [{"name": "good", "count": 3, "delay_ms": 1},
                   {"name": "broken", "count": 1, "delay_ms": 1}],
        "workload": {"load": 0.5, "service_ms": {"exponential": 20}},
        "events": [{"at_s": 5, "agents": "broken", "do": "fail"}]
    })");
    const std::string wise = "min: (1 + inflight) * (1 + failures)";
    for (const char* const fidelity : {"event", "request", "packet"})
    {
        INFO(fidelity);
        const Outcome fooled = Run(json, fidelity, "connections", "best");
        CHECK(fooled.failures.at("broken[0]") == fooled.failed);
        CHECK(fooled.failed > 300);
        const Outcome warned = Run(json, fidelity, wise, "best");
        CHECK(warned.failures.at("broken[0]") == warned.failed);
        CHECK(warned.failed < 60);
    }
}

TEST_CASE("large requests and answers end whole, with packets too", "[faults]")
{
    // The server has the header long before the rest of the request, and its answer is more than
    // the kernel holds at once.
    Json json = Two("[]");
    json["duration_s"] = 4;
    json["workload"]["service_ms"] = 1;
    json["workload"]["load"] = 0.002;
    json["workload"]["request_bytes"] = 100000;
    json["workload"]["response_bytes"] = 1000000;
    const Outcome outcome = Run(json, "packet", "none", "round-robin");
    CHECK(outcome.answered > 5);
    CHECK(outcome.failed == 0);
}

#include "tests/model/support/seeded-stream.h"
#include "tests/sim/bare-driver.h"

#include <algorithm>

/**
 * The same arrivals through `request`, `packet` and a bare driver of the machine: what is decided
 * must be the same, with every rule on.
 */

using namespace sonda;
using namespace sonda::sim;
using namespace sonda::sim::test;
using sonda::test::SeededStream;

namespace
{

/** 200 requests, for which three servers suffice and two do not. */
Trace
MakeTrace(std::uint64_t seed)
{
    SeededStream random(seed);
    Trace trace;
    double at = 0;
    for (int i = 0; i < 200; ++i)
    {
        trace.push_back({at, random.Between(0.020, 0.060)});
        at += random.Between(0.008, 0.030);
    }
    return trace;
}

/**
 * The clients are where the proxy is: in `packet` a connection ends when the client's end has come,
 * which `request` leaves out, and a limit of connections an agent would feel that.
 *
 * One of three servers crashes and comes back, then another one resets all for a while.
 */
Json
Eventful(const TemporaryFolder& folder, const Trace& trace, const std::string& fidelity)
{
    std::string rows = "time_s,service_ms\n";
    for (const TraceRow& row : trace)
    {
        rows += std::to_string(row.arrivalS) + "," + std::to_string(row.work * 1e3) + "\n";
    }
    folder.Write("trace.csv", rows);
    Json json = Json::parse(R"({
        "name": "eventful", "duration_s": 12, "probe": {"interval_s": 0.5, "window_ms": 50},
        "clients": {"count": 1, "delay_ms": 0, "start_s": 1.5},
        "agents": [{"name": "a", "count": 3, "delay_ms": 1, "discipline": "fcfs"}],
        "workload": {"arrivals": {"trace": "trace.csv"}, "response_bytes": 400},
        "events": [{"at_s": 2.5, "agents": "a[1]", "do": "crash"},
                   {"at_s": 3.7, "agents": "a[1]", "do": "recover"},
                   {"at_s": 4.3, "agents": "a[2]", "do": "fail"},
                   {"at_s": 5.1, "agents": "a[2]", "do": "recover"}],
        "proxy": {"base": "as-shipped", "slow_start_s": 1, "panic_below": 0.5, "early_resets": 2,
                  "empty_ends": 2, "per_agent_max": 2, "queue_timeout_s": 0.25,
                  "connect_timeout_s": 0.5}
    })");
    json["fidelity"] = fidelity;
    return json;
}

Story
Tell(const TemporaryFolder& folder, const Trace& trace, const std::string& fidelity)
{
    ns3::RngSeedManager::SetSeed(1);
    ns3::RngSeedManager::SetRun(1);
    Story story;
    World world(Scenario::Read(Eventful(folder, trace, fidelity), folder.Scenario()),
                std::move(*Catalogue::BuiltIn().Find("none")),
                "round-robin");
    ProxySite& site = *world.Proxies().at(0);
    ProxyApplication& proxy = site.GetProxy();
    const auto on = [&](const char* name, auto function)
    { proxy.TraceConnectWithoutContext(name, function); };
    const auto id = [&proxy](AgentIndex agent)
    { return proxy.GetBalancer().Table().Get(agent).id; };
    on("Waiting", ns3::Callback<void>([&] { story.told.push_back("waits"); }));
    on("NoAgent", ns3::Callback<void>([&] { story.told.push_back("is turned away"); }));
    on("Dispatch",
       ns3::Callback<void, AgentIndex>([&](AgentIndex a) { story.told.push_back("to " + id(a)); }));
    on("ConnectFailure",
       ns3::Callback<void, AgentIndex>([&](AgentIndex a)
                                       { story.told.push_back("refused by " + id(a)); }));
    on("Completion",
       ns3::Callback<void, AgentIndex, ns3::Time, bool>(
           [&](AgentIndex a, ns3::Time, bool good)
           { story.told.push_back((good ? "served by " : "reset by ") + id(a)); }));
    const ns3::Callback<void, const Observation&> onReport(
        [&](const Observation& observation) { story.reports.emplace_back(Now(), observation); });
    site.GetMonitorApplication().TraceConnectWithoutContext("Response", onReport);
    world.Run();
    CHECK(world.Abandoned() == 0);
    return story;
}

std::size_t
Count(const std::vector<std::string>& told, const std::string& what)
{
    return static_cast<std::size_t>(std::count_if(told.begin(),
                                                  told.end(),
                                                  [&](const std::string& text)
                                                  { return text.find(what) == 0; }));
}

/** \return how many lines of both stories are alike before the first that is not. */
std::size_t
Alike(const std::vector<std::string>& a, const std::vector<std::string>& b)
{
    return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                                    a.begin());
}

} // namespace

TEST_CASE("requests, packets and a bare driver have the same lives of connections", "[lives]")
{
    const TemporaryFolder folder;
    for (const std::uint64_t seed : {1, 2, 3})
    {
        INFO("seed " << seed);
        const Trace trace = MakeTrace(seed);
        const Story request = Tell(folder, trace, "request");
        // Every rule has its say.
        CHECK(Count(request.told, "to ") > 200);
        CHECK(Count(request.told, "waits") > 10);
        CHECK(Count(request.told, "refused by a[1]") > 0);
        CHECK(Count(request.told, "reset by a[2]") >= 2);
        CHECK(Count(request.told, "reset by a[2]") < 15);
        const auto bare =
            BareDriver(Eventful(folder, trace, "request"), folder, request).Run(trace);
        INFO("alike: " << Alike(bare, request.told) << " of " << request.told.size());
        CHECK(bare == request.told);
        const Story packet = Tell(folder, trace, "packet");
        INFO("packet alike: " << Alike(packet.told, request.told) << " of " << request.told.size());
        CHECK(packet.told == request.told);
    }
}

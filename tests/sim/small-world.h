#ifndef SONDA_TESTS_SIM_SMALL_WORLD_H
#define SONDA_TESTS_SIM_SMALL_WORLD_H

#include "model/scoring/catalogue.h"
#include "scenarios/sim/world.h"
#include "tests/sim/scenario-json.h"

#include "ns3/rng-seed-manager.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

/** A world small enough to count in, for tests of what happens in it. */
namespace sonda::sim::test
{

/** What came of a run, by agent and window of a second. */
struct Outcome
{
    std::map<std::string, std::map<std::uint32_t, std::uint64_t>> picks;
    std::map<std::string, std::map<std::uint32_t, std::uint64_t>> failures;
    std::uint64_t failed{0};
    std::uint64_t retries{0};
    std::uint64_t requests{0};

    std::uint64_t
    Picks(const std::string& agent, std::uint32_t from, std::uint32_t to) const
    {
        std::uint64_t sum = 0;
        for (auto window = from; window < to; ++window)
        {
            const auto& windows = picks.at(agent);
            sum += windows.count(window) > 0 ? windows.at(window) : 0;
        }
        return sum;
    }
};

/** Three servers of one core, 20 s, 15 requests a second of 20 ms, probes every second. */
inline Json
Small(const std::string& events, const std::string& fidelity)
{
    Json json = Json::parse(R"({
        "name": "small", "duration_s": 20, "probe": {"interval_s": 1, "window_ms": 50},
        "clients": {"count": 1, "delay_ms": 1},
        "agents": [{"name": "a", "count": 3, "delay_ms": 1}],
        "workload": {"load": 0.1, "service_ms": 20, "arrivals": "deterministic"}
    })");
    json["events"] = Json::parse(events);
    json["fidelity"] = fidelity;
    return json;
}

inline Outcome
Run(const Json& json,
    const std::string& formula = "none",
    const std::string& policy = "round-robin")
{
    ns3::RngSeedManager::SetSeed(1);
    ns3::RngSeedManager::SetRun(1);
    World world(Scenario::Read(json, "small"),
                std::move(*Catalogue::BuiltIn().Find(formula)),
                policy);
    world.Run();
    CHECK(world.Abandoned() == 0);
    Outcome outcome;
    const RunRecorder& recorder = world.Recorder();
    for (const auto& row : recorder.Windows())
    {
        const std::string& id = recorder.AgentIds()[row.agent];
        outcome.picks[id][row.window] = row.picks;
        outcome.failures[id][row.window] = row.failures;
    }
    outcome.failed = recorder.Failures();
    outcome.retries = recorder.Retries();
    outcome.requests = recorder.ResponseTimes().Count() + recorder.Failures();
    return outcome;
}

inline const std::vector<std::string> FIDELITIES = {"event", "request", "packet"};

} // namespace sonda::sim::test

#endif

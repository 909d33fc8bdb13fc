#include "scenarios/sim/run-files.h"

#include "model/base/version.h"
#include "model/metrics/result-files.h"
#include "scenarios/sim/run-folder.h"

#include "ns3/rng-seed-manager.h"

#include <sys/resource.h>
#include <unistd.h>

#if __has_include("ns3/version-defines.h")
#include "ns3/version-defines.h"
#endif

namespace sonda::sim
{

namespace
{

using Json = JsonReader::Json;

std::string
Ns3Version()
{
#ifdef NS3_VERSION_MAJOR
    return std::to_string(NS3_VERSION_MAJOR) + "." + std::to_string(NS3_VERSION_MINOR);
#else
    return SONDA_NS3_VERSION;
#endif
}

std::string
HostName()
{
    char name[256] = "";
    gethostname(name, sizeof(name) - 1);
    return name;
}

std::uint64_t
MaxRssBytes()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024; // Linux counts in KiB
}

Json
MakeRunJson(const RunOrder& order, const RunCost& cost)
{
    const bool bare = order.formulaName == "none";
    return {
        {"schema", 1},
        {"scenario_name", order.scenario.name},
        {"scenario_file", order.scenarioFile},
        {"overrides", order.overrides},
        {"scenario", order.scenario.ToJson()},
        {"formula",
         {{"name", order.formulaName},
          {"text", order.formulaText},
          {"sense", order.sense == Sense::LOWEST ? "lowest" : "highest"}}},
        {"policy", order.policy},
        {"contender", bare ? order.policy : order.formulaName + "/" + order.policy},
        {"fidelity", ToString(order.scenario.fidelity)},
        {"rng_seed", ns3::RngSeedManager::GetSeed()},
        {"rng_run", ns3::RngSeedManager::GetRun()},
        {"command_line", order.commandLine},
        {"versions", {{"sonda", VERSION}, {"ns3", Ns3Version()}, {"compiler", "g++ " __VERSION__}}},
        {"commit", COMMIT},
        {"started", cost.started},
        {"host", HostName()},
        {"wall_s", cost.wallS},
        {"max_rss_bytes", MaxRssBytes()},
        {"simulator_events", cost.events},
        {"exit_state", "complete"},
    };
}

Metrics
MoreMetrics(const RunOrder& order, const World& world, const RunCost& cost)
{
    std::uint64_t requests = 0;
    std::uint64_t responses = 0;
    std::uint64_t refusals = 0;
    for (const auto& proxy : world.Proxies())
    {
        const Monitor& monitor = proxy->GetMonitor();
        requests += monitor.ProbesSent();
        responses += monitor.ResponsesAccepted();
        refusals += monitor.Refusals().Total();
    }
    return {
        {"unfinished", static_cast<double>(world.Abandoned())},
        {"probe_requests", static_cast<double>(requests)},
        {"probe_responses", static_cast<double>(responses)},
        {"refusals", static_cast<double>(refusals)},
        {"duration_s", order.scenario.durationS},
        {"warmup_s", order.scenario.warmupS},
        {"simulator_events", static_cast<double>(cost.events)},
    };
}

} // namespace

void
WriteRunFiles(const std::string& path,
              const RunOrder& order,
              const World& world,
              const RunCost& cost,
              RequestLog* requests)
{
    const RunRecorder& run = world.Recorder();
    const Instant end = Instant() + FromSeconds(order.scenario.durationS);
    RunFolder folder(path);
    folder.Write("run.json",
                 [&](std::ostream& out) { out << MakeRunJson(order, cost).dump(2) << '\n'; });
    folder.Write("summary.csv",
                 [&](std::ostream& out)
                 { WriteSummary(out, run, MoreMetrics(order, world, cost)); });
    folder.Write("windows.csv", [&](std::ostream& out) { WriteWindows(out, run, end); });
    folder.Write("fairness.csv", [&](std::ostream& out) { WriteFairness(out, run, end); });
    folder.Write("series.csv", [&](std::ostream& out) { WriteSeries(out, run); });
    folder.Write("ages.csv", [&](std::ostream& out) { WriteAges(out, run); });
    folder.Write("latency.csv", [&](std::ostream& out) { WriteLatency(out, run); });
    if (run.RttHistograms().empty())
    {
        folder.Write("rtt.csv", [&](std::ostream& out) { WriteRtt(out, run); });
    }
    else
    {
        folder.Write("rtt-histogram.csv", [&](std::ostream& out) { WriteRttHistogram(out, run); });
    }
    if (requests != nullptr)
    {
        requests->Write(folder.PathOf("requests.csv.gz"));
    }
    folder.Commit();
}

} // namespace sonda::sim

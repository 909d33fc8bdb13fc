#include "model/scoring/catalogue.h"
#include "model/selection/policy.h"
#include "scenarios/sim/run-files.h"
#include "scenarios/sim/world.h"
#include "tests/catch.h"
#include "tests/sim/scenario-json.h"

#include "ns3/rng-seed-manager.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace sonda;
using namespace sonda::sim;

namespace
{

JsonReader::Json
Base()
{
    return JsonReader::Json::parse(R"({
        "name": "fidelities", "duration_s": 30, "fidelity": "event",
        "probe": {"interval_s": 1, "window_ms": 300},
        "clients": {"count": 4, "delay_ms": 1},
        "agents": [{"name": "server", "count": 8, "delay_ms": {"uniform": [0.2, 5]}}],
        "workload": {"load": 0.6, "service_ms": {"exponential": 20}}
    })");
}

std::unique_ptr<World>
RunWorld(const JsonReader::Json& json, const std::string& formula, const std::string& policy)
{
    ns3::RngSeedManager::SetSeed(1);
    ns3::RngSeedManager::SetRun(1);
    auto world = std::make_unique<World>(Scenario::Read(json, "fidelities"),
                                         std::move(*Catalogue::BuiltIn().Find(formula)),
                                         policy);
    world->Run();
    return world;
}

/** \return the result files of a run by name; but run.json, which tells of fidelity and machine. */
std::map<std::string, std::string>
FilesOf(const JsonReader::Json& json, const std::string& policy)
{
    const test::TemporaryFolder folder;
    const std::string path = folder.Scenario();
    {
        // One world at a time: it is gone before the next one.
        const auto world = RunWorld(json, DefaultFormulaOf(policy), policy);
        RunOrder order;
        order.scenario = Scenario::Read(json, "fidelities");
        WriteRunFiles(path, order, *world, RunCost(), nullptr);
    }
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(path))
    {
        std::ostringstream content;
        content << std::ifstream(entry.path(), std::ios::binary).rdbuf();
        files[entry.path().filename().string()] = content.str();
    }
    files.erase("run.json");
    return files;
}

/** Short runs that differ in how probes travel and what befalls the agents. */
std::vector<std::pair<std::string, JsonReader::Json>>
Settings()
{
    auto base = Base();
    base["duration_s"] = 4;
    base["probe"] = JsonReader::Json::parse(R"({"interval_s": 0.5, "window_ms": 100})");
    base["agents"][0]["count"] = 5;
    std::vector<std::pair<std::string, JsonReader::Json>> settings;
    const auto add = [&](const char* name, const char* patch)
    {
        settings.emplace_back(name, base);
        settings.back().second.merge_patch(JsonReader::Json::parse(patch));
    };
    add("loss", R"({"probe": {"loss": 0.2}})");
    add("loss, slices, three proxies", R"({"monitors": 3, "probe": {"loss": 0.2, "slices": 2}})");
    add("in step, no window", R"({"monitors": 2, "probe": {"in_step": true, "window_ms": 0}})");
    add("faults", R"({"probe": {"loss": 0.1}, "events": [
            {"at_s": 1, "agents": "server[0]", "do": "crash"},
            {"at_s": 1.5, "agents": "server[1]", "do": "fail"},
            {"at_s": 2, "agents": "server[2]", "do": "leave"},
            {"at_s": 2.5, "agents": "server", "do": "recover"},
            {"at_s": 3, "agents": "server[2]", "do": "join"}]})");
    return settings;
}

} // namespace

TEST_CASE("event and request fidelity are the same run to the byte, with every policy", "[world]")
{
    // Probes that cross ns-3's IP stack take the same time as events with the same delays, meet the
    // same losses and carry the same nonces. So also a policy that believes reports, probes for
    // itself or waits for notices picks the same agents.
    for (const auto& [name, setting] : Settings())
    {
        for (const auto& info : AllPolicies())
        {
            if (info.name == "central-queue" && setting.value("monitors", 1) > 1)
            {
                continue; // one queue for all is refused there
            }
            auto json = setting;
            json["fidelity"] = "event";
            const auto event = FilesOf(json, info.example);
            json["fidelity"] = "request";
            const auto request = FilesOf(json, info.example);
            INFO(name << ", " << info.example);
            CHECK(event.size() >= 7);
            CHECK(event.at("windows.csv").size() > 1000);
            for (const auto& [file, content] : event)
            {
                INFO(file);
                CHECK((content == request.at(file)));
            }
        }
    }
}

TEST_CASE("event and request fidelity are the same run with reports that are believed", "[world]")
{
    auto json = Base();
    const auto meanOf = [&json](const char* fidelity)
    {
        json["fidelity"] = fidelity;
        const auto world = RunWorld(json, "reported", "sample:2");
        CHECK(world->Recorder().Probes().size() > 200);
        return world->Recorder().ResponseTimes().Mean();
    };
    CHECK(meanOf("event") == meanOf("request"));
}

TEST_CASE("several proxies share the agents, each with its own table", "[world]")
{
    for (const char* fidelity : {"event", "request", "packet"})
    {
        auto json = Base();
        json["fidelity"] = fidelity;
        json["monitors"] = 3;
        json["duration_s"] = 6;
        const auto world = RunWorld(json, "connections", "sample:2");
        INFO(fidelity);
        CHECK(world->Proxies().size() == 3);
        CHECK(world->Abandoned() == 0);
        std::uint64_t picks = 0;
        for (const auto& proxy : world->Proxies())
        {
            const StatusTable& table = proxy->GetProxy().GetBalancer().Table();
            CHECK(table.Size() == 8);
            std::uint64_t own = 0;
            for (const auto agent : table.All())
            {
                own += table.Get(agent).dispatches;
                // With packets the run ends when the client has its answer, a moment earlier.
                CHECK((table.Get(agent).inFlight == 0 || json["fidelity"] == "packet"));
            }
            CHECK(own > 0);
            picks += own;
        }
        CHECK(picks == world->Finished());
    }
}

TEST_CASE("monitors ask one after the other, or in step if the scenario says so", "[world]")
{
    for (const char* fidelity : {"event", "request", "packet"})
    {
        for (const bool inStep : {false, true})
        {
            auto json = Base();
            json["fidelity"] = fidelity;
            json["monitors"] = 4;
            json["duration_s"] = 4.6;
            json["probe"]["in_step"] = inStep;
            const auto world = RunWorld(json, "none", "random");
            INFO(fidelity << (inStep ? " in step" : ""));
            for (std::size_t i = 0; i < 4; ++i)
            {
                const Instant next = world->Proxies()[i]->GetMonitor().NextProbe();
                const double lead = inStep ? 0 : 0.25 * static_cast<double>(i);
                // With a lead of 0.5 or 0.75 the round before 4.6 s was the one at 4.5 or 4.25 s.
                const double expected = 5 - lead + (5 - lead <= 4.6 ? 1 : 0);
                CHECK(ToSeconds(next - Instant()) == Approx(expected).margin(1e-6));
            }
        }
    }
}

TEST_CASE("a lost datagram costs a report, each with the probability of the scenario",
          "[world][statistical]")
{
    // A report needs its request and its response to arrive: probability (1 - p)^2. 120 rounds of
    // 8 agents are Bernoulli trials; four standard deviations are the tolerance.
    for (const char* fidelity : {"event", "request"})
    {
        auto json = Base();
        json["fidelity"] = fidelity;
        json["duration_s"] = 120;
        json["probe"]["loss"] = 0.2;
        json["workload"]["load"] = 0.01;
        const auto world = RunWorld(json, "none", "random");
        const double rounds = world->Proxies().front()->GetMonitor().ProbesSent();
        const double expected = 0.8 * 0.8;
        const double trials = 8 * rounds;
        const double tolerance = 4 * std::sqrt(expected * (1 - expected) / trials);
        INFO(fidelity);
        CHECK(world->Recorder().Probes().size() / trials == Approx(expected).margin(tolerance));
    }
}

TEST_CASE("with slices every agent still reports once an interval", "[world]")
{
    for (const char* fidelity : {"event", "request"})
    {
        auto json = Base();
        json["fidelity"] = fidelity;
        json["probe"]["slices"] = 10;
        json["probe"]["window_ms"] = 0;
        const auto world = RunWorld(json, "none", "random");
        std::map<std::uint32_t, std::vector<double>> reports;
        for (const auto& row : world->Recorder().Probes())
        {
            reports[row.agent].push_back(ToSeconds(row.at - Instant()));
        }
        INFO(fidelity);
        CHECK(reports.size() == 8);
        std::map<int, int> tenths;
        for (const auto& [agent, times] : reports)
        {
            CHECK(times.size() >= 29);
            for (std::size_t i = 1; i < times.size(); ++i)
            {
                CHECK(times[i] - times[i - 1] == Approx(1.0).margin(1e-9));
            }
            ++tenths[static_cast<int>(times.front() * 10)];
        }
        // The hash spreads eight agents over ten slices: more than one of these is used.
        CHECK(tenths.size() > 1);
    }
}

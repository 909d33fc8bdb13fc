#include "scenarios/sim/scenario.h"

#include "model/metrics/result-files.h"

#include <cmath>
#include <set>

namespace sonda::sim
{

namespace
{

using Json = JsonReader::Json;

constexpr double ANY = std::numeric_limits<double>::max();
/** Below it a run would never end. */
constexpr double TINY = 1e-6;

BackgroundScenario
ReadBackground(JsonReader& agents)
{
    BackgroundScenario result;
    JsonReader background = agents.Object("background");
    if (background.Has("cpu") && background.Get("cpu").is_number())
    {
        result.level = background.Number("cpu", 0, 0.99);
    }
    else if (background.Has("cpu"))
    {
        JsonReader cpu = background.Object("cpu");
        cpu.Get("on_off");
        JsonReader onOff = cpu.Object("on_off");
        result.onOff = true;
        result.level = onOff.Number("level", 0, 0.99);
        result.onS = Distribution::Read(onOff, "on_s", 0, ANY);
        result.offS = Distribution::Read(onOff, "off_s", 0, ANY);
        if (result.onS.Mean() + result.offS.Mean() < 1e-3)
        {
            onOff.Fail("on_s", "on_s and off_s that last 1 ms together");
        }
        onOff.Done();
        cpu.Done();
    }
    background.Done();
    return result;
}

AgentsScenario
ReadAgents(const Json& json, const std::string& where)
{
    JsonReader reader(json, where);
    AgentsScenario agents;
    agents.name = reader.Text("name");
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    if (agents.name.empty() || agents.name.size() > 40 ||
        agents.name.find_first_not_of(allowed) != std::string::npos)
    {
        reader.Fail("name", "1 to 40 letters, digits, hyphens and underscores");
    }
    agents.count = reader.Whole("count", 1, 100'000, agents.count);
    agents.cores = reader.Whole("cores", 1, 1024, agents.cores);
    const auto read = [&reader](const char* key, Distribution& to, double least)
    {
        if (reader.Has(key))
        {
            to = Distribution::Read(reader, key, least, ANY);
        }
    };
    read("speed", agents.speed, TINY);
    read("ram_mb", agents.ramMb, TINY);
    read("delay_ms", agents.delayMs, 0);
    const auto discipline = reader.OneOf("discipline", {"processor-sharing", "fcfs"});
    agents.discipline = discipline == "fcfs" ? Discipline::FCFS : Discipline::PROCESSOR_SHARING;
    agents.weight = reader.Number("weight", 1e-6, 1e6, agents.weight);
    agents.background = ReadBackground(reader);
    reader.Done();
    return agents;
}

WorkloadScenario
ReadWorkload(JsonReader reader)
{
    WorkloadScenario workload;
    workload.load = reader.Number("load", TINY, 10);
    reader.OneOf("arrivals", {"poisson"});
    workload.serviceMs = Distribution::Read(reader, "service_ms", 0, ANY);
    if (workload.serviceMs.Mean() < TINY)
    {
        reader.Fail("service_ms", "a mean above 0");
    }
    workload.ramMb = reader.Number("ram_mb", 0, ANY, workload.ramMb);
    // A request must fit into the simulated socket's buffer, and holds its own header.
    workload.requestBytes = reader.Whole("request_bytes", 12, 100'000, workload.requestBytes);
    workload.responseBytes =
        reader.Whole("response_bytes", 1, 1'000'000'000, workload.responseBytes);
    reader.Done();
    return workload;
}

EventScenario
ReadEvent(const Json& json, const std::string& where, const Scenario& scenario)
{
    JsonReader reader(json, where);
    EventScenario event;
    event.atS = reader.Number("at_s", 0, scenario.durationS);
    event.agents = reader.Text("agents");
    reader.Get("do");
    event.action = reader.OneOf("do", {"crash", "recover"});
    reader.Done();
    std::string names;
    for (const auto& group : scenario.agents)
    {
        names +=
            " " + group.name + " " + group.name + "[0]…[" + std::to_string(group.count - 1) + "]";
        for (std::uint32_t i = 0; i < group.count; ++i)
        {
            if (event.agents == group.name ||
                event.agents == group.name + "[" + std::to_string(i) + "]")
            {
                return event;
            }
        }
    }
    reader.Fail("agents", "one of:" + names);
}

template <typename Read>
void
ForEach(JsonReader& reader, const std::string& key, Read read)
{
    const Json& list = reader.Get(key);
    if (!list.is_array())
    {
        reader.Fail(key, "a list [{…}, …]");
    }
    for (std::size_t i = 0; i < list.size(); ++i)
    {
        read(list[i], reader.At(key) + "[" + std::to_string(i) + "]");
    }
}

} // namespace

const char*
ToString(Fidelity fidelity)
{
    return fidelity == Fidelity::PACKET ? "packet" : "request";
}

Scenario
Scenario::Read(const Json& json, const std::string& file)
{
    JsonReader reader(json, file + ": ");
    Scenario scenario;
    scenario.name = reader.Text("name");
    scenario.about = reader.Text("about", "");
    scenario.durationS = reader.Number("duration_s", 1e-3, 1e7);
    scenario.warmupS = reader.Number("warmup_s", 0, scenario.durationS, 0);
    if (scenario.warmupS >= scenario.durationS)
    {
        reader.Fail("warmup_s", "less than duration_s");
    }
    const auto fidelity = reader.OneOf("fidelity", {"request", "packet"});
    scenario.fidelity = fidelity == "packet" ? Fidelity::PACKET : Fidelity::REQUEST;

    JsonReader probe = reader.Object("probe");
    scenario.probe.intervalS = probe.Number("interval_s", 1e-3, 1e6, scenario.probe.intervalS);
    scenario.probe.windowMs = probe.Whole("window_ms", 0, MAX_WINDOW_MS, scenario.probe.windowMs);
    probe.Number("loss", 0, 0, 0);
    probe.Done();
    reader.Whole("monitors", 1, 1, 1);

    JsonReader clients = reader.Object("clients");
    scenario.clients.count = clients.Whole("count", 1, 10'000, scenario.clients.count);
    if (clients.Has("delay_ms"))
    {
        scenario.clients.delayMs = Distribution::Read(clients, "delay_ms", 0, ANY);
    }
    // 0.1 s more than the window: the longest journey on a LAN, with much room.
    const double firstRound = scenario.probe.windowMs * 1e-3 + 0.1;
    scenario.clients.startS = clients.Number("start_s", 0, ANY, firstRound);
    if (scenario.clients.startS >= scenario.durationS)
    {
        throw ScenarioError(clients.At("start_s") + " = " + FormatNumber(scenario.clients.startS) +
                            ": must be less than duration_s; the default is the reply window "
                            "(probe.window_ms) and 0.1 s");
    }
    clients.Done();

    std::set<std::string> names;
    ForEach(reader,
            "agents",
            [&](const Json& item, const std::string& where)
            {
                scenario.agents.push_back(ReadAgents(item, where));
                if (!names.insert(scenario.agents.back().name).second)
                {
                    throw ScenarioError(where + ".name: another group has this name");
                }
            });
    if (scenario.agents.empty())
    {
        reader.Fail("agents", "at least one group of agents");
    }
    reader.Get("workload");
    scenario.workload = ReadWorkload(reader.Object("workload"));
    if (reader.Has("events"))
    {
        ForEach(reader,
                "events",
                [&](const Json& item, const std::string& where)
                { scenario.events.push_back(ReadEvent(item, where, scenario)); });
    }
    reader.Done();
    return scenario;
}

std::uint32_t
Scenario::AgentCount() const
{
    std::uint32_t count = 0;
    for (const auto& group : agents)
    {
        count += group.count;
    }
    return count;
}

Json
Scenario::ToJson() const
{
    Json groups = Json::array();
    for (const auto& group : agents)
    {
        Json cpu = group.background.level;
        if (group.background.onOff)
        {
            cpu = {{"on_off",
                    {{"level", group.background.level},
                     {"on_s", group.background.onS.ToJson()},
                     {"off_s", group.background.offS.ToJson()}}}};
        }
        const char* const discipline =
            group.discipline == Discipline::FCFS ? "fcfs" : "processor-sharing";
        groups.push_back({{"name", group.name},
                          {"count", group.count},
                          {"cores", group.cores},
                          {"speed", group.speed.ToJson()},
                          {"ram_mb", group.ramMb.ToJson()},
                          {"discipline", discipline},
                          {"delay_ms", group.delayMs.ToJson()},
                          {"weight", group.weight},
                          {"background", {{"cpu", cpu}}}});
    }
    Json happenings = Json::array();
    for (const auto& event : events)
    {
        happenings.push_back({{"at_s", event.atS}, {"agents", event.agents}, {"do", event.action}});
    }
    return {
        {"name", name},
        {"about", about},
        {"duration_s", durationS},
        {"warmup_s", warmupS},
        {"fidelity", ToString(fidelity)},
        {"probe", {{"interval_s", probe.intervalS}, {"window_ms", probe.windowMs}, {"loss", 0}}},
        {"monitors", 1},
        {"clients",
         {{"count", clients.count},
          {"delay_ms", clients.delayMs.ToJson()},
          {"start_s", clients.startS}}},
        {"agents", groups},
        {"workload",
         {{"load", workload.load},
          {"arrivals", "poisson"},
          {"service_ms", workload.serviceMs.ToJson()},
          {"ram_mb", workload.ramMb},
          {"request_bytes", workload.requestBytes},
          {"response_bytes", workload.responseBytes}}},
        {"events", happenings}};
}

} // namespace sonda::sim

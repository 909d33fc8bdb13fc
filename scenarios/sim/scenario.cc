#include "scenarios/sim/scenario.h"

#include "model/metrics/result-files.h"
#include "scenarios/sim/scenario-parts.h"

#include <array>
#include <filesystem>
#include <set>

namespace sonda::sim
{

namespace
{

using Json = JsonReader::Json;

/** The default first. */
constexpr std::array<Named<Fidelity>, 3> FIDELITIES{{
    {Fidelity::REQUEST, "request"},
    {Fidelity::EVENT, "event"},
    {Fidelity::PACKET, "packet"},
}};

/** Longer than any journey on a LAN, with much room. */
constexpr double JOURNEY_S = 0.1;

ProbeScenario
ReadProbe(JsonReader reader)
{
    ProbeScenario probe;
    probe.intervalS = reader.Number("interval_s", 1e-3, 1e6, probe.intervalS);
    probe.windowMs = reader.Whole("window_ms", 0, MAX_WINDOW_MS, probe.windowMs);
    probe.loss = reader.Number("loss", 0, 1, probe.loss);
    if (probe.loss == 1)
    {
        reader.Fail("loss", "a number, 0 to below 1");
    }
    probe.slices = reader.Whole("slices", 1, 10'000, probe.slices);
    probe.inStep = reader.Flag("in_step", probe.inStep);
    if (probe.windowMs * 1e-3 > probe.intervalS)
    {
        // As the real proxy: the monitor forgets a request after two intervals.
        throw ScenarioError(reader.At("window_ms") + " = " + std::to_string(probe.windowMs) +
                            ": must be at most interval_s = " + FormatNumber(probe.intervalS) +
                            " s, or late responses count as unknown");
    }
    reader.Done();
    return probe;
}

ClientsScenario
ReadClients(JsonReader reader, const Scenario& scenario)
{
    ClientsScenario clients;
    clients.count = reader.Whole("count", 1, 10'000, clients.count);
    if (clients.count < scenario.monitors)
    {
        throw ScenarioError(reader.At("count") + " = " + std::to_string(clients.count) +
                            ": must be at least monitors = " + std::to_string(scenario.monitors) +
                            ", as client i uses proxy i mod monitors");
    }
    if (reader.Has("delay_ms"))
    {
        clients.delayMs = Distribution::Read(reader, "delay_ms", 0, MOST_MS);
    }
    const double slices = scenario.probe.slices;
    const double lastSlice = scenario.probe.intervalS * (slices - 1) / slices;
    const double firstRound = lastSlice + scenario.probe.windowMs * 1e-3 + JOURNEY_S;
    clients.startS = reader.Number("start_s", 0, MOST_S, firstRound);
    if (clients.startS >= scenario.durationS)
    {
        throw ScenarioError(reader.At("start_s") + " = " + FormatNumber(clients.startS) +
                            ": must be less than duration_s; the default is when the first "
                            "interval's responses are in: the last slice's request "
                            "(probe.interval_s, probe.slices), the reply window "
                            "(probe.window_ms) and 0.1 s");
    }
    reader.Done();
    return clients;
}

/** Calls \p read with a reader of each item of a list. */
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
        const std::string where = reader.At(key) + "[" + std::to_string(i) + "]";
        read(JsonReader(list[i], where, reader.Folder()));
    }
}

std::vector<AgentsScenario>
ReadGroups(JsonReader& reader)
{
    std::vector<AgentsScenario> groups;
    std::set<std::string> names;
    ForEach(reader,
            "agents",
            [&](const JsonReader& group)
            {
                groups.push_back(ReadAgents(group));
                if (!names.insert(groups.back().name).second)
                {
                    throw ScenarioError(group.At("name") + ": another group has this name");
                }
            });
    if (groups.empty())
    {
        reader.Fail("agents", "at least one group of agents");
    }
    return groups;
}

} // namespace

const char*
ToString(Fidelity fidelity)
{
    return NameOf(fidelity, FIDELITIES);
}

Scenario
Scenario::Read(const Json& json, const std::string& file)
{
    JsonReader reader(json, file + ": ", std::filesystem::path(file).parent_path());
    Scenario scenario;
    scenario.name = reader.Text("name");
    scenario.about = reader.Text("about", "");
    scenario.durationS = reader.Number("duration_s", 1e-3, 1e7);
    scenario.warmupS = reader.Number("warmup_s", 0, scenario.durationS, 0);
    if (scenario.warmupS >= scenario.durationS)
    {
        reader.Fail("warmup_s", "less than duration_s");
    }
    scenario.fidelity = ReadNamed(reader, "fidelity", FIDELITIES);
    scenario.probe = ReadProbe(reader.Object("probe"));
    scenario.monitors = reader.Whole("monitors", 1, 64, scenario.monitors);
    scenario.proxy = ReadProxyRules(reader, "proxy");
    scenario.clients = ReadClients(reader.Object("clients"), scenario);
    scenario.agents = ReadGroups(reader);
    reader.Get("workload");
    scenario.workload = ReadWorkload(reader.Object("workload"), scenario.durationS);
    if (reader.Has("events"))
    {
        ForEach(reader,
                "events",
                [&](const JsonReader& event)
                { scenario.events.push_back(ReadEvent(event, scenario)); });
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

bool
Scenario::IsAbsentAtFirst(const std::string& id) const
{
    const EventScenario* first = nullptr;
    for (const auto& event : events)
    {
        // Of two at one moment the earlier in the file is the first.
        const bool earlier = first == nullptr || event.atS < first->atS;
        if (event.IsForAgents() && event.IsFor(id) && earlier)
        {
            first = &event;
        }
    }
    return first != nullptr && first->action == EventScenario::Action::JOIN;
}

Json
Scenario::ToJson() const
{
    const auto list = [](const auto& items)
    {
        Json result = Json::array();
        for (const auto& item : items)
        {
            result.push_back(sim::ToJson(item));
        }
        return result;
    };
    return {{"name", name},
            {"about", about},
            {"duration_s", durationS},
            {"warmup_s", warmupS},
            {"fidelity", ToString(fidelity)},
            {"probe",
             {{"interval_s", probe.intervalS},
              {"window_ms", probe.windowMs},
              {"loss", probe.loss},
              {"slices", probe.slices},
              {"in_step", probe.inStep}}},
            {"monitors", monitors},
            {"proxy", sim::ToJson(proxy)},
            {"clients",
             {{"count", clients.count},
              {"delay_ms", clients.delayMs.ToJson()},
              {"start_s", clients.startS}}},
            {"agents", list(agents)},
            {"workload", sim::ToJson(workload)},
            {"events", list(events)}};
}

} // namespace sonda::sim

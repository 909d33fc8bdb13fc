#include "scenarios/sim/scenario-parts.h"

#include <array>

/** The events of a scenario. */
namespace sonda::sim
{

namespace
{

using Json = JsonReader::Json;
using Action = EventScenario::Action;

constexpr std::array<Named<Action>, 13> ACTIONS{{
    {Action::CRASH, "crash"},
    {Action::RECOVER, "recover"},
    {Action::SILENCE, "silence"},
    {Action::LIE, "lie"},
    {Action::SLOW, "slow"},
    {Action::FAIL, "fail"},
    {Action::SERVER_CRASH, "server-crash"},
    {Action::DRAIN, "drain"},
    {Action::JOIN, "join"},
    {Action::LEAVE, "leave"},
    {Action::LOAD, "load"},
    {Action::PROXY_DRAIN, "proxy-drain"},
    {Action::PROXY_RELOAD, "proxy-reload"},
}};

constexpr std::array<Named<RequestEnd>, 2> WAYS_TO_FAIL{{
    {RequestEnd::RESET, "reset"},
    {RequestEnd::EMPTY, "end"},
}};

/** \return whether it is the agent, and not its server, that it befalls. */
bool
NeedsAgent(Action action)
{
    return action == Action::SILENCE || action == Action::LIE || action == Action::DRAIN;
}

/** Reads whom it is for, which must be a group or an agent of the scenario. */
const AgentsScenario&
ReadAgentsOf(JsonReader& reader, EventScenario& event, const Scenario& scenario)
{
    event.agents = reader.Text("agents");
    std::string names;
    for (const auto& group : scenario.agents)
    {
        const auto last = std::to_string(group.count - 1);
        names += " " + group.name + " " + group.name + "[0]" +
                 (group.count > 1 ? "…" + group.name + "[" + last + "]" : "");
        if (event.agents == group.name)
        {
            return group;
        }
        for (std::uint32_t i = 0; i < group.count; ++i)
        {
            if (event.agents == group.name + "[" + std::to_string(i) + "]")
            {
                return group;
            }
        }
    }
    reader.Fail("agents", "one of:" + names);
}

LieScenario
ReadLie(JsonReader reader)
{
    LieScenario lie;
    bool any = false;
    const auto read = [&](const char* key, std::optional<double>& to, double least, double most)
    {
        if (reader.Has(key))
        {
            to = reader.Number(key, least, most);
            any = true;
        }
    };
    // The ranges are those of the protocol: a lie that is refused deceives nobody.
    read("cpu", lie.cpu, 0, 100);
    read("ram_mb", lie.ramMb, 0, 1e9);
    read("load_1", lie.load1, 0, 1e6);
    if (reader.Has("in_flight"))
    {
        lie.inFlight = reader.Whole("in_flight", 0, 1'000'000);
        any = true;
    }
    read("service_ms", lie.serviceMs, 1e-3, 1e9);
    read("rate", lie.rate, 0, 1e9);
    read("weight", lie.weight, 1e-6, 1e6);
    reader.Done();
    if (!any)
    {
        throw ScenarioError(reader.At("cpu") +
                            ": missing; a lie needs at least one of: cpu ram_mb load_1 in_flight "
                            "service_ms rate weight");
    }
    return lie;
}

Json
ToJson(const LieScenario& lie)
{
    Json json = Json::object();
    const auto write = [&json](const char* key, const auto& value)
    {
        if (value)
        {
            json[key] = *value;
        }
    };
    write("cpu", lie.cpu);
    write("ram_mb", lie.ramMb);
    write("load_1", lie.load1);
    write("in_flight", lie.inFlight);
    write("service_ms", lie.serviceMs);
    write("rate", lie.rate);
    write("weight", lie.weight);
    return json;
}

/** Reads what an event says beside its time and whom it is for. */
void
ReadDetails(JsonReader& reader, EventScenario& event, const Scenario& scenario)
{
    switch (event.action)
    {
    case Action::LOAD:
        event.load = reader.Number("load", TINY, 10);
        if (!scenario.workload.arrivals.FollowsLoad())
        {
            reader.Fail("do", "another event: with a trace or closed-loop clients no load is set");
        }
        break;
    case Action::LIE:
        reader.Get("report");
        event.report = ReadLie(reader.Object("report"));
        break;
    case Action::SLOW:
        event.factor = reader.Number("factor", 1e-3, 1000);
        break;
    case Action::FAIL:
        event.how = reader.Has("how") ? ReadNamed(reader, "how", WAYS_TO_FAIL) : event.how;
        break;
    case Action::PROXY_RELOAD:
        reader.Get("proxy");
        event.proxy = ReadProxyRules(reader, "proxy");
        [[fallthrough]];
    case Action::PROXY_DRAIN:
        if (reader.Has("number"))
        {
            event.number = reader.Whole("number", 0, scenario.monitors - 1);
        }
        break;
    default:
        break;
    }
}

} // namespace

bool
EventScenario::IsFor(const std::string& id) const
{
    return id == agents || id.compare(0, id.find('['), agents) == 0;
}

EventScenario
ReadEvent(JsonReader reader, const Scenario& scenario)
{
    EventScenario event;
    event.atS = reader.Number("at_s", 0, scenario.durationS);
    reader.Get("do"); // has no default
    event.action = ReadNamed(reader, "do", ACTIONS);
    ReadDetails(reader, event, scenario);
    if (event.IsForAgents())
    {
        const AgentsScenario& group = ReadAgentsOf(reader, event, scenario);
        if (NeedsAgent(event.action) && !group.hasAgent)
        {
            reader.Fail("do",
                        "what befalls a server: the group " + group.name +
                            " has no agent (\"agent\": false) that could do that");
        }
    }
    reader.Done();
    return event;
}

Json
ToJson(const EventScenario& event)
{
    Json json = {{"at_s", event.atS}};
    if (event.IsForAgents())
    {
        json["agents"] = event.agents;
    }
    json["do"] = NameOf(event.action, ACTIONS);
    switch (event.action)
    {
    case Action::LOAD:
        json["load"] = event.load;
        break;
    case Action::LIE:
        json["report"] = ToJson(event.report);
        break;
    case Action::SLOW:
        json["factor"] = event.factor;
        break;
    case Action::FAIL:
        json["how"] = NameOf(event.how, WAYS_TO_FAIL);
        break;
    case Action::PROXY_RELOAD:
        json["proxy"] = ToJson(event.proxy);
        [[fallthrough]];
    case Action::PROXY_DRAIN:
        if (event.number)
        {
            json["number"] = *event.number;
        }
        break;
    default:
        break;
    }
    return json;
}

} // namespace sonda::sim

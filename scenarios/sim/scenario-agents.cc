#include "scenarios/sim/scenario-parts.h"

#include <array>
#include <utility>

/** Groups of agents in a scenario. */
namespace sonda::sim
{

namespace
{

using Json = JsonReader::Json;

constexpr std::array<Named<Discipline>, 4> DISCIPLINES{{
    {Discipline::PROCESSOR_SHARING, "processor-sharing"},
    {Discipline::FCFS, "fcfs"},
    {Discipline::LCFS, "lcfs"},
    {Discipline::LIMITED_PROCESSOR_SHARING, "limited-processor-sharing"},
}};

void
ReadDiscipline(JsonReader& reader, AgentsScenario& agents)
{
    agents.discipline = ReadNamed(reader, "discipline", DISCIPLINES);
    if (agents.discipline == Discipline::LIMITED_PROCESSOR_SHARING)
    {
        agents.concurrency = reader.Whole("concurrency", 1, 1'000'000);
    }
    else if (reader.Has("concurrency"))
    {
        reader.Fail("concurrency",
                    "this key only with \"discipline\": \"limited-processor-sharing\"");
    }
}

/** A change that comes more often than this costs more events than the requests do. */
void
RequireLength(const JsonReader& reader, const char* key, double seconds, const std::string& what)
{
    if (seconds < 1e-3)
    {
        reader.Fail(key, what + " of at least 1 ms in the mean");
    }
}

BackgroundScenario
ReadOnOff(JsonReader& reader)
{
    BackgroundScenario result;
    result.kind = BackgroundScenario::Kind::ON_OFF;
    result.level = reader.Number("level", 0, MOST_BACKGROUND);
    result.onS = Distribution::Read(reader, "on_s", 0, MOST_S);
    result.offS = Distribution::Read(reader, "off_s", 0, MOST_S);
    RequireLength(reader, "on_s", result.onS.Mean() + result.offS.Mean(), "on_s and off_s");
    result.shared = reader.Flag("shared", result.shared);
    return result;
}

void
ReadEvery(JsonReader& reader, BackgroundScenario& to)
{
    to.everyS = Distribution::Read(reader, "every_s", 0, MOST_S);
    RequireLength(reader, "every_s", to.everyS.Mean(), "a time");
}

BackgroundScenario
ReadRedrawn(JsonReader& reader)
{
    BackgroundScenario result;
    result.kind = BackgroundScenario::Kind::REDRAWN;
    result.levels = Distribution::Read(reader, "level", 0, MOST_BACKGROUND);
    if (result.levels.kind == Distribution::Kind::EXPONENTIAL ||
        result.levels.kind == Distribution::Kind::LOGNORMAL)
    {
        reader.Fail("level", "a distribution with a largest value");
    }
    ReadEvery(reader, result);
    result.shared = reader.Flag("shared", result.shared);
    return result;
}

BackgroundScenario
ReadAntagonists(JsonReader& reader, std::uint32_t agents)
{
    BackgroundScenario result;
    result.kind = BackgroundScenario::Kind::ANTAGONISTS;
    result.level = reader.Number("level", 0, MOST_BACKGROUND);
    ReadEvery(reader, result);
    result.count = reader.Whole("count", 1, agents, result.count);
    return result;
}

} // namespace

AgentsScenario
ReadAgents(JsonReader reader)
{
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
    const auto read = [&reader](const char* key, Distribution& to, double least, double most)
    {
        if (reader.Has(key))
        {
            to = Distribution::Read(reader, key, least, most);
        }
    };
    read("speed", agents.speed, TINY, ANY);
    read("ram_mb", agents.ramMb, TINY, ANY);
    read("delay_ms", agents.delayMs, 0, MOST_MS);
    ReadDiscipline(reader, agents);
    agents.weight = reader.Number("weight", 1e-6, 1e6, agents.weight);
    agents.hasAgent = reader.Flag("agent", agents.hasAgent);
    agents.background = ReadBackground(reader.Object("background"), agents.count);
    reader.Done();
    return agents;
}

Json
ToJson(const AgentsScenario& agents)
{
    Json json = {{"name", agents.name},
                 {"count", agents.count},
                 {"cores", agents.cores},
                 {"speed", agents.speed.ToJson()},
                 {"ram_mb", agents.ramMb.ToJson()}};
    json["discipline"] = NameOf(agents.discipline, DISCIPLINES);
    if (agents.discipline == Discipline::LIMITED_PROCESSOR_SHARING)
    {
        json["concurrency"] = agents.concurrency;
    }
    json["delay_ms"] = agents.delayMs.ToJson();
    json["weight"] = agents.weight;
    json["agent"] = agents.hasAgent;
    json["background"] = ToJson(agents.background);
    return json;
}

BackgroundScenario
ReadBackground(JsonReader reader, std::uint32_t agents)
{
    if (!reader.Has("cpu") || reader.Get("cpu").is_number())
    {
        BackgroundScenario result;
        result.level = reader.Number("cpu", 0, MOST_BACKGROUND, 0);
        reader.Done();
        return result;
    }
    const auto kind = reader.OnlyMember("cpu",
                                        {"on_off", "redrawn", "antagonists"},
                                        R"(a number, {"on_off": {…}}, {"redrawn": {…}} or )"
                                        R"({"antagonists": {…}})");
    JsonReader cpu = reader.Object("cpu");
    JsonReader inner = cpu.Object(kind);
    const BackgroundScenario result = kind == "on_off"    ? ReadOnOff(inner)
                                      : kind == "redrawn" ? ReadRedrawn(inner)
                                                          : ReadAntagonists(inner, agents);
    inner.Done();
    reader.Done();
    return result;
}

Json
ToJson(const BackgroundScenario& background)
{
    Json cpu;
    switch (background.kind)
    {
    case BackgroundScenario::Kind::CONSTANT:
        cpu = background.level;
        break;
    case BackgroundScenario::Kind::ON_OFF:
        cpu["on_off"] = {{"level", background.level},
                         {"on_s", background.onS.ToJson()},
                         {"off_s", background.offS.ToJson()},
                         {"shared", background.shared}};
        break;
    case BackgroundScenario::Kind::REDRAWN:
        cpu["redrawn"] = {{"level", background.levels.ToJson()},
                          {"every_s", background.everyS.ToJson()},
                          {"shared", background.shared}};
        break;
    case BackgroundScenario::Kind::ANTAGONISTS:
        cpu["antagonists"] = {{"level", background.level},
                              {"every_s", background.everyS.ToJson()},
                              {"count", background.count}};
        break;
    }
    return {{"cpu", cpu}};
}

} // namespace sonda::sim

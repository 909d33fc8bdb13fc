#include "scenarios/sim/scenario.h"
#include "tests/catch.h"

#include <string>

using namespace sonda::sim;
using Json = JsonReader::Json;

namespace
{

Json
Minimal()
{
    return Json::parse(R"({
        "name": "small", "duration_s": 10,
        "agents": [{"name": "a", "count": 2}],
        "workload": {"load": 0.5, "service_ms": 50}
    })");
}

/** \return what is wrong with the scenario; empty when nothing is. */
std::string
ErrorOf(const Json& json)
{
    try
    {
        Scenario::Read(json, "file.json");
        return "";
    }
    catch (const ScenarioError& error)
    {
        return error.what();
    }
}

/** \return the minimal scenario with one value replaced. */
Json
With(const std::string& pointer, const Json& value)
{
    Json json = Minimal();
    json[Json::json_pointer(pointer)] = value;
    return json;
}

} // namespace

TEST_CASE("defaults are written out and read back alike", "[scenario]")
{
    const Scenario scenario = Scenario::Read(Minimal(), "file.json");
    CHECK(scenario.probe.intervalS == 5);
    CHECK(scenario.clients.startS == Approx(0.6));
    CHECK(scenario.AgentCount() == 2);
    const Json resolved = scenario.ToJson();
    CHECK(Scenario::Read(resolved, "again").ToJson() == resolved);
}

TEST_CASE("every key of the design's example that this release knows is read", "[scenario]")
{
    Json json = Minimal();
    json["agents"][0]["background"] = Json::parse(
        R"({"cpu": {"on_off": {"level": 0.5, "on_s": {"exponential": 20}, "off_s": {"exponential": 20}}}})");
    json["agents"][0]["delay_ms"] = Json::parse(R"({"uniform": [0.2, 5]})");
    json["agents"][0]["discipline"] = "fcfs";
    json["workload"]["arrivals"] = "poisson";
    json["events"] = Json::parse(R"([{"at_s": 6, "agents": "a[1]", "do": "crash"}])");
    CHECK(ErrorOf(json) == "");
    const Scenario scenario = Scenario::Read(json, "file.json");
    CHECK(scenario.agents[0].background.onOff);
    CHECK(scenario.agents[0].delayMs.Mean() == Approx(2.6));
    CHECK(Scenario::Read(scenario.ToJson(), "again").ToJson() == scenario.ToJson());
}

TEST_CASE("errors name the file, the key, the value and what is allowed", "[scenario]")
{
    const std::vector<std::pair<Json, std::string>> cases = {
        {With("/durations", 5), "file.json: durations: unknown key; allowed here:"},
        {With("/duration_s", -1),
         "file.json: duration_s: expected a number, 0.001 to 1e+07, not -1"},
        {With("/duration_s", "10"), "file.json: duration_s: expected a number"},
        {With("/warmup_s", 10), "file.json: warmup_s: expected less than duration_s, not 10"},
        {With("/fidelity", "exact"), "one of \"request\", \"packet\", not \"exact\""},
        {With("/agents/0/cores", 1.5), "file.json: agents[0].cores: expected a whole number"},
        {With("/agents/0/cpus", 1), "file.json: agents[0].cpus: unknown key"},
        {With("/agents/0/name", "a b"), "agents[0].name: expected 1 to 40 letters"},
        {With("/agents/0/delay_ms", Json{{"normal", 3}}), "agents[0].delay_ms.normal: unknown key"},
        {With("/agents/0/delay_ms", Json{{"uniform", {3, 1}}}), "[a, b] with a not above b"},
        {With("/agents/0/discipline", "lifo"), "processor-sharing"},
        {With("/agents", Json::array()), "agents: expected at least one group"},
        {With("/workload/load", 0), "workload.load: expected a number"},
        {With("/workload/service_ms", 0), "workload.service_ms: expected a mean above 0"},
        {With("/probe", 5), "file.json: probe: expected an object"},
        {With("/probe", Json{{"loss", 0.1}}), "probe.loss"},
        {With("/monitors", 2), "monitors: expected a whole number, 1 to 1"},
        {With("/events", Json::parse(R"([{"at_s": 1, "agents": "b", "do": "crash"}])")),
         "events[0].agents: expected one of: a a[0]"},
        {With("/events", Json::parse(R"([{"at_s": 11, "agents": "a", "do": "crash"}])")),
         "events[0].at_s"},
        {With("/events", Json::parse(R"([{"at_s": 1, "agents": "a", "do": "dance"}])")),
         "one of \"crash\", \"recover\", not \"dance\""},
    };
    for (const auto& [json, expected] : cases)
    {
        const std::string error = ErrorOf(json);
        INFO(error);
        CHECK(error.find(expected) != std::string::npos);
    }
}

TEST_CASE("what is missing is said", "[scenario]")
{
    for (const char* key : {"name", "duration_s", "agents", "workload"})
    {
        Json json = Minimal();
        json.erase(key);
        CHECK(ErrorOf(json) == std::string("file.json: ") + key + ": missing");
    }
}

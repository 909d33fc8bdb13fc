#include "tests/sim/scenario-json.h"

#include <string>

using namespace sonda::sim;
using namespace sonda::sim::test;

TEST_CASE("defaults are written out and read back alike", "[scenario]")
{
    const Scenario scenario = ReadBack(Minimal());
    CHECK(scenario.probe.intervalS == 5);
    CHECK(scenario.probe.loss == 0);
    CHECK(scenario.probe.slices == 1);
    CHECK(scenario.monitors == 1);
    CHECK(scenario.clients.startS == Approx(0.6));
    CHECK(scenario.AgentCount() == 2);
    const Json json = scenario.ToJson();
    CHECK(json["workload"]["arrivals"] == "poisson");
    CHECK(json["agents"][0]["discipline"] == "processor-sharing");
    CHECK(json["agents"][0]["background"]["cpu"] == 0.0);
}

TEST_CASE("every fidelity is read", "[scenario]")
{
    for (const auto fidelity : {Fidelity::EVENT, Fidelity::REQUEST, Fidelity::PACKET})
    {
        const std::string name = ToString(fidelity);
        const Scenario scenario = ReadBack(With("/fidelity", '"' + name + '"'));
        CHECK(scenario.fidelity == fidelity);
    }
    CheckErrors({{With("/fidelity", R"("exact")"),
                  R"(fidelity: expected one of "request", "event", "packet", not "exact")"}});
}

TEST_CASE("probe: interval, window, loss and slices", "[scenario]")
{
    const Scenario scenario = ReadBack(
        With("/probe",
             R"({"interval_s": 2, "window_ms": 100, "loss": 0.2, "slices": 4, "in_step": true})"));
    CHECK(scenario.probe.intervalS == 2);
    CHECK(scenario.probe.inStep);
    CHECK(scenario.probe.windowMs == 100);
    CHECK(scenario.probe.loss == 0.2);
    CHECK(scenario.probe.slices == 4);
    // The last of four slices is asked after 1.5 s.
    CHECK(scenario.clients.startS == Approx(1.5 + 0.1 + 0.1));
    CheckErrors({
        {With("/probe", R"({"loss": 1})"), "probe.loss: expected a number, 0 to below 1, not 1"},
        {With("/probe", R"({"loss": -0.1})"), "probe.loss: expected a number, 0 to 1, not -0.1"},
        {With("/probe", R"({"slices": 0})"), "probe.slices: expected a whole number, 1 to 10000"},
        {With("/probe", R"({"in_step": 1})"), "probe.in_step: expected"},
        {With("/probe", R"({"slices": 2.5})"), "probe.slices: expected a whole number"},
        {With("/probe", R"({"interval_s": 0})"), "probe.interval_s: expected a number"},
        {With("/probe", R"({"window_ms": 60001})"), "probe.window_ms: expected a whole number"},
        {With("/probe", R"({"interval_s": 0.2})"),
         "probe.window_ms = 500: must be at most interval_s = 0.2 s"},
        {With("/probe", R"({"every_s": 1})"), "probe.every_s: unknown key"},
        {With("/probe", "5"), "file.json: probe: expected an object"},
    });
}

TEST_CASE("monitors, and enough clients for them", "[scenario]")
{
    CHECK(ReadBack(With("/monitors", "4")).monitors == 4);
    Json many = With("/monitors", "64");
    CheckErrors({
        {many, "clients.count = 4: must be at least monitors = 64"},
        {With("/monitors", "0"), "monitors: expected a whole number, 1 to 64, not 0"},
        {With("/monitors", "65"), "monitors: expected a whole number, 1 to 64, not 65"},
    });
    many["clients"]["count"] = 64;
    CHECK(ReadBack(many).monitors == 64);
}

TEST_CASE("clients: count, delay and start", "[scenario]")
{
    const Scenario scenario = ReadBack(
        With("/clients", R"({"count": 9, "delay_ms": {"uniform": [1, 3]}, "start_s": 2})"));
    CHECK(scenario.clients.count == 9);
    CHECK(scenario.clients.delayMs.Mean() == 2);
    CHECK(scenario.clients.startS == 2);
    CheckErrors({
        {With("/clients", R"({"count": 10001})"), "clients.count: expected a whole number"},
        {With("/clients", R"({"start_s": 10})"), "clients.start_s = 10: must be less than"},
        {With("/clients", R"({"delay_ms": -1})"),
         "clients.delay_ms: expected a number, 0 to 1e+10"},
    });
}

TEST_CASE("errors name the file, the key, the value and what is allowed", "[scenario]")
{
    CheckErrors({
        {With("/durations", "5"), "file.json: durations: unknown key; allowed here:"},
        {With("/duration_s", "-1"),
         "file.json: duration_s: expected a number, 0.001 to 1e+07, not -1"},
        {With("/duration_s", R"("10")"), "file.json: duration_s: expected a number"},
        {With("/warmup_s", "10"), "file.json: warmup_s: expected less than duration_s, not 10"},
        {With("/agents", "[]"), "agents: expected at least one group"},
        {With("/agents", "{}"), "agents: expected a list"},
        {With("/agents/1", R"({"name": "a"})"), "agents[1].name: another group has this name"},
    });
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

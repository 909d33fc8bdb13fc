#include "tests/sim/scenario-json.h"

#include <string>

using namespace sonda::sim;
using namespace sonda::sim::test;

namespace
{

Json
WithBackground(const std::string& cpu)
{
    return With("/agents/0/background", R"({"cpu": )" + cpu + "}");
}

BackgroundScenario
BackgroundOf(const std::string& cpu)
{
    return ReadBack(WithBackground(cpu)).agents[0].background;
}

} // namespace

TEST_CASE("agents: cores, speed, memory, delay and weight", "[scenario]")
{
    const Scenario scenario = ReadBack(With("/agents/0", R"({
        "name": "a", "count": 3, "cores": 2, "speed": {"uniform": [0.5, 1]}, "ram_mb": 100,
        "delay_ms": {"lognormal": {"mean": 2, "cv": 1}}, "weight": 2.5})"));
    const AgentsScenario& group = scenario.agents[0];
    CHECK(group.count == 3);
    CHECK(group.cores == 2);
    CHECK(group.speed.Mean() == 0.75);
    CHECK(group.ramMb.Mean() == 100);
    CHECK(group.delayMs.Mean() == 2);
    CHECK(group.weight == 2.5);
    CheckErrors({
        {With("/agents/0/cores", "1.5"), "file.json: agents[0].cores: expected a whole number"},
        {With("/agents/0/cpus", "1"), "file.json: agents[0].cpus: unknown key"},
        {With("/agents/0/name", R"("a b")"), "agents[0].name: expected 1 to 40 letters"},
        {With("/agents/0/count", "0"), "agents[0].count: expected a whole number"},
        {With("/agents/0/speed", "0"), "agents[0].speed: expected a number, at least 1e-06"},
        {With("/agents/0/ram_mb", "0"), "agents[0].ram_mb: expected a number"},
        {With("/agents/0/weight", "0"), "agents[0].weight: expected a number"},
    });
}

TEST_CASE("every discipline is read, and a concurrency only where it belongs", "[scenario]")
{
    const auto discipline = [](const std::string& rest)
    {
        return ReadBack(
                   With("/agents/0", R"({"name": "a", "count": 2, "discipline": )" + rest + "}"))
            .agents[0];
    };
    CHECK(discipline(R"("processor-sharing")").discipline == Discipline::PROCESSOR_SHARING);
    CHECK(discipline(R"("fcfs")").discipline == Discipline::FCFS);
    CHECK(discipline(R"("lcfs")").discipline == Discipline::LCFS);
    const auto limited = discipline(R"("limited-processor-sharing", "concurrency": 8)");
    CHECK(limited.discipline == Discipline::LIMITED_PROCESSOR_SHARING);
    CHECK(limited.concurrency == 8);
    CheckErrors({
        {With("/agents/0/discipline", R"("lifo")"),
         R"(one of "processor-sharing", "fcfs", "lcfs", "limited-processor-sharing", not "lifo")"},
        {With("/agents/0/discipline", R"("limited-processor-sharing")"),
         "agents[0].concurrency: missing"},
        {With("/agents/0/concurrency", "3"),
         R"(agents[0].concurrency: expected this key only with "discipline")"},
    });
}

TEST_CASE("background: a number, on and off, redrawn, antagonists", "[scenario]")
{
    using Kind = BackgroundScenario::Kind;
    CHECK(BackgroundOf("0.25").level == 0.25);
    const auto onOff = BackgroundOf(
        R"({"on_off": {"level": 0.5, "on_s": {"exponential": 20}, "off_s": 3, "shared": true}})");
    CHECK(onOff.kind == Kind::ON_OFF);
    CHECK(onOff.level == 0.5);
    CHECK(onOff.onS.Mean() == 20);
    CHECK(onOff.offS.Mean() == 3);
    CHECK(onOff.shared);
    CHECK_FALSE(BackgroundOf(R"({"on_off": {"level": 0.5, "on_s": 1, "off_s": 3}})").shared);
    const auto redrawn =
        BackgroundOf(R"({"redrawn": {"level": {"uniform": [0, 0.8]}, "every_s": 2}})");
    CHECK(redrawn.kind == Kind::REDRAWN);
    CHECK(redrawn.levels.Mean() == 0.4);
    CHECK(redrawn.everyS.Mean() == 2);
    CHECK_FALSE(redrawn.shared);
    const auto antagonists =
        BackgroundOf(R"({"antagonists": {"level": 0.8, "every_s": 2, "count": 2}})");
    CHECK(antagonists.kind == Kind::ANTAGONISTS);
    CHECK(antagonists.count == 2);
}

TEST_CASE("bad background is refused", "[scenario]")
{
    CheckErrors({
        {WithBackground("1"), "background.cpu: expected a number, 0 to 0.99, not 1"},
        {WithBackground(R"("much")"), "background.cpu: expected a number, {\"on_off\": {…}}"},
        {WithBackground(R"({"on_off": {"level": 0.5, "on_s": 1}})"), "cpu.on_off.off_s: missing"},
        {WithBackground(R"({"on_off": {"level": 0.5, "on_s": 0, "off_s": 0.0005}})"),
         "cpu.on_off.on_s: expected on_s and off_s of at least 1 ms"},
        {WithBackground(R"({"on_off": {"level": 0.5, "on_s": 1, "off_s": 1, "shared": 1}})"),
         "cpu.on_off.shared: expected true or false, not 1"},
        {WithBackground(R"({"redrawn": {"level": {"exponential": 0.1}, "every_s": 2}})"),
         "cpu.redrawn.level: expected a distribution with a largest value"},
        {WithBackground(R"({"redrawn": {"level": 0.5, "every_s": 0}})"),
         "cpu.redrawn.every_s: expected a time of at least 1 ms"},
        {WithBackground(R"({"antagonists": {"level": 0.8, "every_s": 2, "count": 3}})"),
         "cpu.antagonists.count: expected a whole number, 1 to 2, not 3"},
        {WithBackground(R"({"antagonists": {"level": 0.8, "every_s": 2, "shared": true}})"),
         "cpu.antagonists.shared: unknown key"},
        {With("/agents/0/background", R"({"disk": 1})"), "background.disk: unknown key"},
    });
}

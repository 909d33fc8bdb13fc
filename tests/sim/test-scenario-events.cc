#include "tests/sim/scenario-json.h"

#include <string>

using namespace sonda::sim;
using namespace sonda::sim::test;

namespace
{

using Action = EventScenario::Action;

Json
WithEvent(const std::string& event)
{
    return With("/events", "[" + event + "]");
}

EventScenario
EventOf(const std::string& event)
{
    return ReadBack(WithEvent(event)).events[0];
}

} // namespace

TEST_CASE("events that need nothing but agents", "[scenario]")
{
    const std::vector<std::pair<std::string, Action>> actions = {
        {"crash", Action::CRASH},
        {"recover", Action::RECOVER},
        {"silence", Action::SILENCE},
        {"fail", Action::FAIL},
        {"server-crash", Action::SERVER_CRASH},
        {"drain", Action::DRAIN},
        {"join", Action::JOIN},
        {"leave", Action::LEAVE},
    };
    for (const auto& [name, action] : actions)
    {
        const auto event = EventOf(R"({"at_s": 6, "agents": "a[1]", "do": ")" + name + "\"}");
        CHECK(event.action == action);
        CHECK(event.atS == 6);
        CHECK(event.IsFor("a[1]"));
        CHECK_FALSE(event.IsFor("a[0]"));
        CheckErrors(
            {{WithEvent(R"({"at_s": 6, "do": ")" + name + "\"}"), "events[0].agents: missing"}});
    }
}

TEST_CASE("an event is for a group or for one of its agents", "[scenario]")
{
    EventScenario event;
    event.agents = "a";
    CHECK(event.IsFor("a[0]"));
    CHECK(event.IsFor("a[11]"));
    CHECK_FALSE(event.IsFor("ab[0]"));
    CHECK_FALSE(event.IsFor("b[0]"));
    event.agents = "a[1]";
    CHECK(event.IsFor("a[1]"));
    CHECK_FALSE(event.IsFor("a[11]"));
}

TEST_CASE("lie, slow, fail and load say what", "[scenario]")
{
    CHECK(EventOf(R"({"at_s": 1, "agents": "a", "do": "fail"})").how == RequestEnd::RESET);
    for (const auto& [name, how] :
         {std::pair("reset", RequestEnd::RESET), std::pair("end", RequestEnd::EMPTY)})
    {
        const std::string event = R"({"at_s": 1, "agents": "a", "do": "fail", "how": ")";
        CHECK(EventOf(event + name + "\"}").how == how);
    }
    const auto lie = EventOf(R"({"at_s": 1, "agents": "a", "do": "lie", "report": {
        "cpu": 99, "ram_mb": 4000, "load_1": 0.5, "in_flight": 0, "service_ms": 3, "rate": 100,
        "weight": 2}})");
    CHECK(lie.report.cpu == 99.0);
    CHECK(lie.report.ramMb == 4000.0);
    CHECK(lie.report.load1 == 0.5);
    CHECK(lie.report.inFlight == 0U);
    CHECK(lie.report.serviceMs == 3.0);
    CHECK(lie.report.rate == 100.0);
    CHECK(lie.report.weight == 2.0);
    const auto small = EventOf(R"({"at_s": 1, "agents": "a", "do": "lie", "report": {"cpu": 1}})");
    CHECK_FALSE(small.report.inFlight);
    CHECK(EventOf(R"({"at_s": 1, "agents": "a", "do": "slow", "factor": 0.25})").factor == 0.25);
    CHECK(EventOf(R"({"at_s": 1, "do": "load", "load": 1.2})").load == 1.2);
}

TEST_CASE("bad events are refused", "[scenario]")
{
    CheckErrors({
        {WithEvent(R"({"at_s": 1, "agents": "b", "do": "crash"})"),
         "events[0].agents: expected one of: a a[0]…a[1], not \"b\""},
        {WithEvent(R"({"at_s": 1, "agents": "a[2]", "do": "crash"})"), "events[0].agents"},
        {WithEvent(R"({"at_s": 11, "agents": "a", "do": "crash"})"), "events[0].at_s"},
        {WithEvent(R"({"at_s": 1, "agents": "a"})"), "events[0].do: missing"},
        {WithEvent(R"({"at_s": 1, "agents": "a", "do": "dance"})"),
         R"(one of "crash", "recover", "silence", "lie", "slow", "fail", "server-crash", "drain", "join", "leave", "load", "proxy-drain", "proxy-reload", not "dance")"},
        {WithEvent(R"({"at_s": 1, "agents": "a", "do": "fail", "how": "politely"})"),
         R"(events[0].how: expected one of "reset", "end", not "politely")"},
        {WithEvent(R"({"at_s": 1, "agents": "a", "do": "crash", "how": "end"})"), "events[0].how"},
        {WithEvent(R"({"at_s": 1, "agents": "a", "do": "crash", "factor": 2})"),
         "events[0].factor: unknown key"},
        {WithEvent(R"({"at_s": 1, "agents": "a", "do": "lie"})"), "events[0].report: missing"},
        {WithEvent(R"({"at_s": 1, "agents": "a", "do": "lie", "report": {}})"),
         "a lie needs at least one of: cpu"},
        {WithEvent(R"({"at_s": 1, "agents": "a", "do": "lie", "report": {"cpu": 101}})"),
         "events[0].report.cpu: expected a number, 0 to 100"},
        {WithEvent(R"({"at_s": 1, "agents": "a", "do": "lie", "report": {"inflight": 1}})"),
         "events[0].report.inflight: unknown key"},
        {WithEvent(R"({"at_s": 1, "agents": "a", "do": "slow"})"), "events[0].factor: missing"},
        {WithEvent(R"({"at_s": 1, "agents": "a", "do": "slow", "factor": 0})"),
         "events[0].factor: expected a number"},
        {WithEvent(R"({"at_s": 1, "agents": "a", "do": "load", "load": 1})"),
         "events[0].agents: unknown key"},
        {WithEvent(R"({"at_s": 1, "do": "load"})"), "events[0].load: missing"},
    });
    Json closed = WithEvent(R"({"at_s": 1, "do": "load", "load": 1})");
    closed["workload"] =
        Json::parse(R"({"arrivals": {"closed": {"think_ms": 5}}, "service_ms": 1})");
    CheckErrors({{closed, "events[0].do: expected another event: with a trace or closed-loop"}});
}

TEST_CASE("an agent whose first event is join is absent before", "[scenario]")
{
    const Scenario scenario = ReadBack(With("/events", R"([
        {"at_s": 9, "agents": "a[0]", "do": "crash"},
        {"at_s": 5, "agents": "a[0]", "do": "join"},
        {"at_s": 1, "do": "load", "load": 1},
        {"at_s": 6, "agents": "a", "do": "join"},
        {"at_s": 2, "agents": "a[1]", "do": "leave"}])"));
    CHECK(scenario.IsAbsentAtFirst("a[0]"));
    CHECK_FALSE(scenario.IsAbsentAtFirst("a[1]"));
}

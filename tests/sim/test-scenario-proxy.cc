#include "tests/sim/scenario-json.h"

#include <string>
#include <vector>

using namespace sonda;
using namespace sonda::sim;
using namespace sonda::sim::test;

namespace
{

/** \return the minimal scenario's rules in full with a `proxy`, given as JSON text. */
Json
RulesOf(const std::string& proxy)
{
    return ReadBack(With("/proxy", proxy)).ToJson()["proxy"];
}

/** \return a scenario file with overrides, read. */
Scenario
Override(const std::string& proxy, const std::vector<std::string>& overrides)
{
    const TemporaryFolder folder;
    Json json = Minimal();
    if (!proxy.empty())
    {
        json["proxy"] = Json::parse(proxy);
    }
    folder.Write("scenario.json", json.dump());
    return Scenario::Read(LoadScenario(folder.Scenario(), overrides), "file.json");
}

} // namespace

TEST_CASE("without the key a proxy is bare, and every rule is written out", "[proxy]")
{
    const Json rules = ReadBack(Minimal()).ToJson()["proxy"];
    CHECK(rules == RulesOf(R"("bare")"));
    CHECK(rules == RulesOf("{}"));
    CHECK(rules == RulesOf(R"({"base": "bare"})"));
    CHECK(rules["slow_start_s"] == 0.0);
    CHECK(rules["panic_below"] == 0.0);
    CHECK(rules["early_resets"] == 0);
    CHECK(rules["queue_timeout_s"] == 0.0);
    CHECK(rules["held_back_timeout_s"] == "never");
    CHECK(rules["look_every_s"] == "never");
    CHECK(rules["connect_timeout_s"] == 3.0);
    CHECK(rules["max_connections"] == 0);
}

TEST_CASE("a word stands for what ships", "[proxy]")
{
    const ProxyRules rules = ReadBack(With("/proxy", R"("as-shipped")")).proxy;
    const ProxyRules shipped = ProxyRules::AsShipped();
    CHECK(rules.table.slowStart == shipped.table.slowStart);
    CHECK(rules.table.panicBelow == shipped.table.panicBelow);
    CHECK(rules.table.earlyResetsToRest == shipped.table.earlyResetsToRest);
    CHECK(rules.table.mostAgents == shipped.table.mostAgents);
    CHECK(rules.connection.queue == shipped.connection.queue);
    CHECK(rules.connection.look == shipped.connection.look);
    CHECK(rules.connection.retriesAfterReset == shipped.connection.retriesAfterReset);
    CHECK(RulesOf(R"({"base": "as-shipped"})") == RulesOf(R"("as-shipped")"));
    CHECK(RulesOf(R"("as-shipped")") != RulesOf(R"("bare")"));
}

TEST_CASE("every rule has a key, from either base", "[proxy]")
{
    // What is written is what was read: no two keys share a value, and none is left out.
    const Json all = Json::parse(R"({
        "slow_start_s": 7.5, "slow_start_from": 0.25, "probation_s": 8.5, "panic_below": 0.3, "panic_intervals": 40,
        "early_resets": 4, "empty_ends": 6, "per_agent_max": 9, "max_agents": 11,
        "queue_timeout_s": 1.5, "held_back_timeout_s": 2.5, "look_every_s": 0.03,
        "connect_timeout_s": 3.5, "idle_timeout_s": 4.5, "half_closed_timeout_s": 5.5,
        "retries_after_reset": 13, "max_connections": 15
    })");
    for (const char* base : {"bare", "as-shipped"})
    {
        Json given = all;
        given["base"] = base;
        CHECK(RulesOf(given.dump()) == all);
        const Json whole = RulesOf('"' + std::string(base) + '"');
        CHECK(whole.size() == all.size());
        for (const auto& [key, value] : all.items())
        {
            Json expected = whole;
            expected[key] = value;
            if (key == "queue_timeout_s")
            {
                expected["held_back_timeout_s"] = value; // one waiting line
            }
            CHECK(RulesOf(Json{{"base", base}, {key, value}}.dump()) == expected);
        }
    }
}

TEST_CASE("a time without end is never, and off is 0", "[proxy]")
{
    for (const char* key :
         {"queue_timeout_s", "look_every_s", "connect_timeout_s", "idle_timeout_s"})
    {
        CHECK(RulesOf(Json{{key, "never"}}.dump())[key] == "never");
    }
    CHECK(RulesOf(R"({"base": "as-shipped", "slow_start_s": 0})")["slow_start_s"] == 0.0);
    CHECK(RulesOf(R"({"base": "as-shipped", "early_resets": 0})")["early_resets"] == 0);
}

TEST_CASE("rules are overridden one by one, from whatever stands in the file", "[proxy]")
{
    for (const char* given : {"", R"("bare")", "{}"})
    {
        const auto rules = Override(given, {"proxy.slow_start_s=10"}).proxy;
        CHECK(rules.table.slowStart == std::chrono::seconds(10));
        CHECK(rules.table.panicBelow == 0);
    }
    const ProxyRules shipped = ProxyRules::AsShipped();
    for (const auto& overrides : std::vector<std::vector<std::string>>{
             {"proxy=as-shipped", "proxy.slow_start_s=10"},
             {"proxy.base=as-shipped", "proxy.slow_start_s=10"},
             {"proxy.slow_start_s=10", "proxy.base=as-shipped"},
             {R"(proxy={"base": "as-shipped", "slow_start_s": 10})"},
         })
    {
        const auto rules = Override("", overrides).proxy;
        CHECK(rules.table.slowStart == std::chrono::seconds(10));
        CHECK(rules.table.panicBelow == shipped.table.panicBelow);
        CHECK(rules.connection.queue == shipped.connection.queue);
    }
    // The last word about all of them.
    const auto bare = Override(R"("as-shipped")", {"proxy.early_resets=7", "proxy=bare"}).proxy;
    CHECK(bare.table.earlyResetsToRest == 0);
}

TEST_CASE("wrong rules are refused with what is allowed", "[proxy]")
{
    CheckErrors({
        {With("/proxy", R"("shipped")"),
         R"(file.json: proxy: expected "bare", "as-shipped" or an object {…} of rules, not "shipped")"},
        {With("/proxy", "5"), R"(proxy: expected "bare", "as-shipped" or an object)"},
        {With("/proxy", R"({"base": "real"})"),
         R"(proxy.base: expected one of "bare", "as-shipped", not "real")"},
        {With("/proxy", R"({"slow_start": 5})"), "proxy.slow_start: unknown key; allowed here:"},
        {With("/proxy", R"({"slow_start_s": -1})"),
         "proxy.slow_start_s: expected a number, 0 to 1e+07, not -1"},
        {With("/proxy", R"({"slow_start_s": "never"})"),
         "proxy.slow_start_s: expected a number, 0 to 1e+07"},
        {With("/proxy", R"({"slow_start_from": 0})"), "proxy.slow_start_from: expected a number"},
        {With("/proxy", R"({"panic_below": 1.5})"), "proxy.panic_below: expected a number, 0 to 1"},
        {With("/proxy", R"({"panic_intervals": 1})"), "proxy.panic_intervals: expected a number"},
        {With("/proxy", R"({"early_resets": 2.5})"),
         "proxy.early_resets: expected a whole number, 0 to 1048576, not 2.5"},
        {With("/proxy", R"({"connect_timeout_s": 0})"),
         R"(proxy.connect_timeout_s: expected a number, 0.001 to 1e+07)"},
        {With("/proxy", R"({"queue_timeout_s": "forever"})"),
         R"(proxy.queue_timeout_s: expected a number, 0 to 1e+07, or "never", not "forever")"},
        {With("/proxy", R"({"queue_timeout_s": true})"),
         R"(proxy.queue_timeout_s: expected a number, 0 to 1e+07, or "never", not true)"},
    });
}

TEST_CASE("events of the proxy: drain and reload, all or one", "[proxy]")
{
    const auto events = [](const std::string& event)
    { return With("/events", R"([{"at_s": 1, "do": )" + event + "}]"); };
    const Scenario drain = ReadBack(events(R"("proxy-drain")"));
    CHECK(drain.events[0].action == EventScenario::Action::PROXY_DRAIN);
    CHECK_FALSE(drain.events[0].number);
    const Scenario reload = ReadBack(events(
        R"("proxy-reload", "proxy": {"base": "as-shipped", "early_resets": 7}, "number": 0)"));
    CHECK(reload.events[0].proxy.table.earlyResetsToRest == 7);
    CHECK(reload.events[0].number == 0U);
    CheckErrors({
        {events(R"("proxy-reload")"), "events[0].proxy: missing"},
        {events(R"("proxy-reload", "proxy": "other")"), R"(events[0].proxy: expected "bare")"},
        {events(R"("proxy-drain", "number": 1)"),
         "events[0].number: expected a whole number, 0 to 0"},
        {events(R"("proxy-drain", "agents": "a")"), "events[0].agents: unknown key"},
        {events(R"("proxy-drain", "proxy": "bare")"), "events[0].proxy: unknown key"},
    });
}

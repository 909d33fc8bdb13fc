#include "model/connection/proxy-rules.h"
#include "realnet/proxy/options.h"
#include "tests/catch.h"

using namespace sonda;

/** What is simulated as shipped is what sonda-proxy does when no option says otherwise. */

TEST_CASE("the options' defaults are the rules that ship")
{
    const ProxyReading reading;
    const TableRules& rules = reading.command.rules;
    const TableRules shipped = ProxyRules::AsShipped().table;
    CHECK(rules.mostInFlight == shipped.mostInFlight);
    CHECK(rules.slowStart == shipped.slowStart);
    CHECK(rules.slowStartFrom == shipped.slowStartFrom);
    CHECK(rules.probation == shipped.probation);
    CHECK(rules.panicBelow == shipped.panicBelow);
    CHECK(rules.panicIntervals == shipped.panicIntervals);
    CHECK(rules.earlyResetsToRest == shipped.earlyResetsToRest);
    CHECK(rules.emptyEndsToRest == shipped.emptyEndsToRest);
    CHECK(rules.mostAgents == shipped.mostAgents);
    const ConnectionRules& rest = reading.command.connection;
    const ConnectionRules connection = ProxyRules::AsShipped().connection;
    CHECK(rest.queue == connection.queue);
    CHECK(rest.connect == connection.connect);
    CHECK(rest.idle == connection.idle);
    CHECK(rest.halfClosed == connection.halfClosed);
    // As many as the limit of open files allows.
    CHECK_FALSE(reading.command.maxConnections);
    CHECK(connection.mostConnections == 0);
}

TEST_CASE("what help says of a rule is what holds")
{
    const ProxyReading reading;
    const auto defaultOf = [&](const char* name) { return reading.table.Get(name).defaults.at(0); };
    const ProxyRules shipped = ProxyRules::AsShipped();
    CHECK(*ParseDuration(defaultOf("slow-start")) == shipped.table.slowStart);
    CHECK(*ParseDuration(defaultOf("probation")) == shipped.table.probation);
    CHECK(*ParseDuration(defaultOf("queue-timeout")) == shipped.connection.queue);
    CHECK(*ParseDuration(defaultOf("idle-timeout")) == shipped.connection.idle);
    CHECK(std::stod(defaultOf("panic-below")) == shipped.table.panicBelow);
    CHECK(std::stoul(defaultOf("early-resets")) == shipped.table.earlyResetsToRest);
    CHECK(reading.table.Get("slow-start").meaning.find(" 10 % ") != std::string::npos);
}

TEST_CASE("a length of time is written as it is read")
{
    CHECK(DurationText(std::chrono::seconds(30)) == "30s");
    CHECK(DurationText(std::chrono::minutes(10)) == "10m");
    CHECK(DurationText(std::chrono::hours(2)) == "2h");
    CHECK(DurationText(std::chrono::milliseconds(1500)) == "1500ms");
    CHECK(DurationText(std::chrono::microseconds(20)) == "20us");
    CHECK(DurationText(Duration::zero()) == "off");
    for (const Duration duration : {Duration(1000), Duration(1500), Duration(123456789)})
    {
        CHECK(*ParseDuration(DurationText(duration)) == duration);
    }
}

#include "tests/sim/scenario-json.h"

#include <string>

using namespace sonda::sim;
using namespace sonda::sim::test;

namespace
{

using Kind = ArrivalsScenario::Kind;

Json
WithArrivals(const std::string& arrivals)
{
    return With("/workload/arrivals", arrivals);
}

ArrivalsScenario
ArrivalsOf(const std::string& arrivals)
{
    return ReadBack(WithArrivals(arrivals)).workload.arrivals;
}

} // namespace

TEST_CASE("workload: load, service, memory and bytes", "[scenario]")
{
    const Scenario scenario = ReadBack(With("/workload", R"({
        "load": 0.9, "service_ms": {"exponential": 20}, "ram_mb": 1.5, "request_bytes": 100,
        "response_bytes": 5})"));
    CHECK(scenario.workload.load == 0.9);
    CHECK(scenario.workload.serviceMs.Mean() == 20);
    CHECK(scenario.workload.ramMb == 1.5);
    CHECK(scenario.workload.requestBytes == 100);
    CHECK(scenario.workload.responseBytes == 5);
    CheckErrors({
        {With("/workload/load", "0"), "workload.load: expected a number"},
        {With("/workload/load", "11"), "workload.load: expected a number, 1e-06 to 10, not 11"},
        {With("/workload", R"({"service_ms": 50})"), "workload.load: missing"},
        {With("/workload", R"({"load": 1})"), "workload.service_ms: missing"},
        {With("/workload/service_ms", "0"), "workload.service_ms: expected a mean above 0"},
        {With("/workload/request_bytes", "12"), "workload.request_bytes: expected a whole number"},
        {With("/workload/ram_mb", "-1"), "workload.ram_mb: expected a number, at least 0"},
        {With("/workload/rate", "5"), "workload.rate: unknown key"},
    });
}

TEST_CASE("arrivals of every open kind", "[scenario]")
{
    CHECK(ArrivalsOf(R"("poisson")").kind == Kind::POISSON);
    CHECK(ArrivalsOf(R"("deterministic")").kind == Kind::DETERMINISTIC);
    CHECK(ArrivalsOf(R"({"erlang": 4})").kind == Kind::ERLANG);
    CHECK(ArrivalsOf(R"({"erlang": 4})").stages == 4);
    const auto diurnal = ArrivalsOf(R"({"diurnal": {"period_s": 60, "amplitude": 0.5}})");
    CHECK(diurnal.kind == Kind::DIURNAL);
    CHECK(diurnal.periodS == 60);
    CHECK(diurnal.amplitude == 0.5);
    const auto crowd = ArrivalsOf(R"({"flash_crowd": {"at_s": 3, "lasts_s": 2, "factor": 5}})");
    CHECK(crowd.kind == Kind::FLASH_CROWD);
    CHECK(crowd.atS == 3);
    CHECK(crowd.lastsS == 2);
    CHECK(crowd.factor == 5);
    CheckErrors({
        {WithArrivals(R"("bursty")"), R"(workload.arrivals: expected "poisson", "deterministic",)"},
        {WithArrivals(R"({"erlang": 0})"), "workload.arrivals.erlang: expected a whole number"},
        {WithArrivals(R"({"diurnal": {"period_s": 60, "amplitude": 1.1}})"),
         "workload.arrivals.diurnal.amplitude: expected a number, 0 to 1, not 1.1"},
        {WithArrivals(R"({"diurnal": {"amplitude": 1}})"),
         "workload.arrivals.diurnal.period_s: missing"},
        {WithArrivals(R"({"flash_crowd": {"at_s": 11, "lasts_s": 2, "factor": 5}})"),
         "workload.arrivals.flash_crowd.at_s: expected a number, 0 to 10, not 11"},
        {WithArrivals(R"({"flash_crowd": {"at_s": 3, "lasts_s": 2, "factor": 5, "load": 1}})"),
         "workload.arrivals.flash_crowd.load: unknown key"},
        {WithArrivals(R"({"erlang": 2, "diurnal": {}})"), "workload.arrivals: expected"},
    });
}

TEST_CASE("closed-loop clients exclude a load", "[scenario]")
{
    Json json = WithArrivals(R"({"closed": {"think_ms": {"exponential": 100}}})");
    CheckErrors({{json, "workload.load: expected no such key: how many requests closed-loop"}});
    json["workload"].erase("load");
    const Scenario scenario = ReadBack(json);
    CHECK(scenario.workload.arrivals.kind == Kind::CLOSED);
    CHECK(scenario.workload.arrivals.thinkMs.Mean() == 100);
    CHECK_FALSE(scenario.workload.arrivals.FollowsLoad());
    json["workload"]["arrivals"]["closed"]["think_ms"] = 0;
    CheckErrors({{json, "closed.think_ms: expected a mean of at least 0.001, not 0"}});
}

TEST_CASE("a trace excludes load and service times", "[scenario]")
{
    const TemporaryFolder folder;
    folder.Write("trace.csv", "time_s,service_ms\n0,10\n0.5,30\n0.5,20\n");
    Json json = WithArrivals(R"({"trace": "trace.csv"})");
    const auto error = [&](const Json& wrong, const std::string& expected)
    {
        INFO(ErrorOf(wrong, folder.Scenario()));
        CHECK(ErrorOf(wrong, folder.Scenario()).find(expected) != std::string::npos);
    };
    error(json, "workload.load: expected no such key: a trace itself says when requests come");
    json["workload"].erase("load");
    error(json, "workload.service_ms: expected no such key: a trace itself says how long");
    json["workload"].erase("service_ms");
    const Scenario scenario = ReadBack(json, folder.Scenario());
    const Trace& trace = *scenario.workload.arrivals.trace;
    REQUIRE(trace.size() == 3);
    CHECK(trace[1].arrivalS == 0.5);
    CHECK(trace[1].work == Approx(0.03));
    CHECK(scenario.workload.serviceMs.Mean() == Approx(20));
    CHECK(scenario.ToJson()["workload"]["arrivals"]["trace"]["sha256"].get<std::string>().size() ==
          64);

    folder.Write("trace.csv", "time_s,service_ms\n1,10\n0.5,30\n");
    error(json, "trace: expected times that never fall, but row 2 has 0.5 s after 1 s");
    // A resolved scenario knows what it was resolved from.
    error(scenario.ToJson(), "trace.csv: expected the SHA-256 digest");
    folder.Write("trace.csv", "time_s,service_ms\n1764000000,10\n1764000001,30\n");
    error(json, "trace: expected times in seconds from the clients' start, but the first row has");
    folder.Write("trace.csv", "time_s,service_ms\n0,10\n1764000000000,30\n");
    error(json, "trace: expected times up to 1e+07 s, but the last row has 1.764e+12 s");
    json["workload"]["arrivals"]["trace"] = "other.csv";
    error(json, "other.csv: cannot be read");
}

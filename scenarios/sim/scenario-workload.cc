#include "model/metrics/result-files.h"
#include "scenarios/sim/scenario-parts.h"

/** The workload of a scenario. */
namespace sonda::sim
{

namespace
{

using Json = JsonReader::Json;
using Kind = ArrivalsScenario::Kind;

void
ReadTrace(JsonReader& form, ArrivalsScenario& arrivals, double durationS)
{
    const DataTable table = ReadTable(form, "trace", {{"time_s", "service_ms"}});
    auto trace = std::make_shared<Trace>();
    for (std::size_t row = 0; row < table.Rows(); ++row)
    {
        const double at = table.At(row, 0);
        if (!trace->empty() && at < trace->back().arrivalS)
        {
            form.Fail("trace",
                      "times that never fall, but row " + std::to_string(row + 1) + " has " +
                          FormatNumber(at) + " s after " + FormatNumber(trace->back().arrivalS) +
                          " s");
        }
        trace->push_back({at, table.At(row, 1) * 1e-3});
    }
    const double first = trace->empty() ? 0 : trace->front().arrivalS;
    if (first > durationS)
    {
        form.Fail("trace",
                  "times in seconds from the clients' start, but the first row has " +
                      FormatNumber(first) +
                      " s, which is after duration_s = " + FormatNumber(durationS) + " s");
    }
    if (!trace->empty() && trace->back().arrivalS > MOST_S)
    {
        form.Fail("trace",
                  "times up to " + FormatNumber(MOST_S) + " s, but the last row has " +
                      FormatNumber(trace->back().arrivalS) + " s");
    }
    arrivals.file = table.file;
    arrivals.trace = trace;
}

/** Reads what stands behind `diurnal`, `flash_crowd` or `closed`. */
void
ReadForm(JsonReader& inner, const std::string& kind, ArrivalsScenario& arrivals, double durationS)
{
    if (kind == "diurnal")
    {
        arrivals.kind = Kind::DIURNAL;
        arrivals.periodS = inner.Number("period_s", 1e-3, MOST_S);
        arrivals.amplitude = inner.Number("amplitude", 0, 1);
    }
    else if (kind == "flash_crowd")
    {
        arrivals.kind = Kind::FLASH_CROWD;
        arrivals.atS = inner.Number("at_s", 0, durationS);
        arrivals.lastsS = inner.Number("lasts_s", 0, MOST_S);
        arrivals.factor = inner.Number("factor", 0, 1000);
    }
    else
    {
        arrivals.kind = Kind::CLOSED;
        arrivals.thinkMs = Distribution::Read(inner, "think_ms", 0, MOST_MS);
        // A client whose requests fail at once would else try for ever at one moment.
        if (arrivals.thinkMs.Mean() < 1e-3)
        {
            inner.Fail("think_ms", "a mean of at least 0.001");
        }
    }
}

/** \return what a request's work is drawn from; with a trace its mean, as the trace has the work.
 */
Distribution
ReadServiceTimes(JsonReader& reader, const ArrivalsScenario& arrivals)
{
    if (arrivals.kind != Kind::TRACE)
    {
        Distribution serviceMs = Distribution::Read(reader, "service_ms", 0, MOST_MS);
        if (serviceMs.Mean() < TINY)
        {
            reader.Fail("service_ms", "a mean above 0");
        }
        return serviceMs;
    }
    if (reader.Has("service_ms"))
    {
        reader.Fail("service_ms", "no such key: a trace itself says how long requests take");
    }
    double sum = 0;
    for (const auto& row : *arrivals.trace)
    {
        sum += row.work;
    }
    return Distribution::Constant(1e3 * sum / static_cast<double>(arrivals.trace->size()));
}

} // namespace

ArrivalsScenario
ReadArrivals(JsonReader& workload, double durationS)
{
    ArrivalsScenario arrivals;
    if (!workload.Has("arrivals") || workload.Get("arrivals") == "poisson")
    {
        return arrivals;
    }
    if (workload.Get("arrivals") == "deterministic")
    {
        arrivals.kind = Kind::DETERMINISTIC;
        return arrivals;
    }
    const auto kind =
        workload.OnlyMember("arrivals",
                            {"erlang", "diurnal", "flash_crowd", "trace", "closed"},
                            R"("poisson", "deterministic", {"erlang": k}, {"diurnal": {…}}, )"
                            R"({"flash_crowd": {…}}, {"trace": "file.csv"} or {"closed": {…}})");
    JsonReader form = workload.Object("arrivals");
    if (kind == "erlang")
    {
        arrivals.kind = Kind::ERLANG;
        arrivals.stages = form.Whole("erlang", 1, 10'000);
        return arrivals;
    }
    if (kind == "trace")
    {
        arrivals.kind = Kind::TRACE;
        ReadTrace(form, arrivals, durationS);
        return arrivals;
    }
    JsonReader inner = form.Object(kind);
    ReadForm(inner, kind, arrivals, durationS);
    inner.Done();
    return arrivals;
}

Json
ToJson(const ArrivalsScenario& arrivals)
{
    switch (arrivals.kind)
    {
    case Kind::DETERMINISTIC:
        return "deterministic";
    case Kind::ERLANG:
        return {{"erlang", arrivals.stages}};
    case Kind::DIURNAL:
        return {{"diurnal", {{"period_s", arrivals.periodS}, {"amplitude", arrivals.amplitude}}}};
    case Kind::FLASH_CROWD:
        return {
            {"flash_crowd",
             {{"at_s", arrivals.atS}, {"lasts_s", arrivals.lastsS}, {"factor", arrivals.factor}}}};
    case Kind::TRACE:
        return {{"trace", arrivals.file.ToJson()}};
    case Kind::CLOSED:
        return {{"closed", {{"think_ms", arrivals.thinkMs.ToJson()}}}};
    case Kind::POISSON:
        break;
    }
    return "poisson";
}

WorkloadScenario
ReadWorkload(JsonReader reader, double durationS)
{
    WorkloadScenario workload;
    workload.arrivals = ReadArrivals(reader, durationS);
    if (workload.arrivals.FollowsLoad())
    {
        workload.load = reader.Number("load", TINY, 10);
    }
    else if (reader.Has("load"))
    {
        reader.Fail("load",
                    workload.arrivals.kind == Kind::TRACE
                        ? "no such key: a trace itself says when requests come"
                        : "no such key: how many requests closed-loop clients make follows from "
                          "their number, their thinking and the answers");
    }
    workload.serviceMs = ReadServiceTimes(reader, workload.arrivals);
    workload.ramMb = reader.Number("ram_mb", 0, ANY, workload.ramMb);
    // A request must fit into the simulated socket's buffer, and holds its own header.
    workload.requestBytes = reader.Whole("request_bytes", 13, 100'000, workload.requestBytes);
    workload.responseBytes =
        reader.Whole("response_bytes", 1, 1'000'000'000, workload.responseBytes);
    reader.Done();
    return workload;
}

Json
ToJson(const WorkloadScenario& workload)
{
    Json json;
    if (workload.arrivals.FollowsLoad())
    {
        json["load"] = workload.load;
    }
    json["arrivals"] = ToJson(workload.arrivals);
    if (workload.arrivals.kind != Kind::TRACE)
    {
        json["service_ms"] = workload.serviceMs.ToJson();
    }
    json["ram_mb"] = workload.ramMb;
    json["request_bytes"] = workload.requestBytes;
    json["response_bytes"] = workload.responseBytes;
    return json;
}

} // namespace sonda::sim

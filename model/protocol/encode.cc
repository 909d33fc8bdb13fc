#include "model/protocol/codec.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace sonda
{

namespace
{

/** A whole number of bytes looks like one in the text: 8123456789, not 8123456789.0. */
nlohmann::json
WholeIfWhole(double value)
{
    if (value >= 0 && value < 9e15 && std::floor(value) == value)
    {
        return static_cast<std::uint64_t>(value);
    }
    return value;
}

/** \return the time in whole microseconds; one that takes less still takes some. */
std::int64_t
WholeMicroseconds(double seconds)
{
    return std::max<std::int64_t>(1, std::llround(seconds * 1e6));
}

/** \return whether the response says anything that the base form has no key for. */
bool
UsesVersion2(const ProbeResponse& response)
{
    const Report& report = response.report;
    return response.nonce || response.hold || response.id || report.ramTotal || report.cores ||
           report.cpu10s || report.load1 || report.inFlight || report.serviceTime || report.rate ||
           report.state != ServerState::READY || report.weight != 1 || response.notice;
}

/** Adds the figures that a report need not have. */
void
PutOptionalFigures(const Report& report, nlohmann::ordered_json& object)
{
    const auto put = [&object](const char* key, const auto& value)
    {
        if (value)
        {
            object[key] = WholeIfWhole(*value);
        }
    };
    put("ram_total", report.ramTotal);
    put("cores", report.cores);
    put("cpu_10s", report.cpu10s);
    put("load_1", report.load1);
    put("inflight", report.inFlight);
    if (report.serviceTime)
    {
        object["service_us"] = WholeMicroseconds(*report.serviceTime);
    }
    put("rate", report.rate);
}

} // namespace

std::string
Encode(const ProbeRequest& request)
{
    nlohmann::ordered_json object = {{"tipo", "probe request"}};
    if (request.nonce || request.windowMs || request.slice || request.below || request.to ||
        request.order)
    {
        object["v"] = PROTOCOL_VERSION;
    }
    if (request.nonce)
    {
        object["nonce"] = *request.nonce;
    }
    if (request.windowMs)
    {
        object["window_ms"] = *request.windowMs;
    }
    if (request.slice)
    {
        object["slice"] = {request.slice->modulus, request.slice->residue};
    }
    if (request.below)
    {
        object["below"] = *request.below;
    }
    if (request.to)
    {
        object["to"] = *request.to;
    }
    if (request.order)
    {
        object["monitor"] = request.order->monitor;
        object["stamp"] = request.order->stamp;
    }
    return object.dump();
}

std::string
Encode(const ProbeResponse& response)
{
    const Report& report = response.report;
    nlohmann::ordered_json object = {{"tipo", "probe response"},
                                     {"RAM", WholeIfWhole(report.ram)},
                                     {"CPU", WholeIfWhole(report.cpu)},
                                     {"IP", response.server.address},
                                     {"Door", response.server.port}};
    if (UsesVersion2(response))
    {
        object["v"] = PROTOCOL_VERSION;
    }
    if (response.id)
    {
        object["id"] = *response.id;
    }
    if (response.nonce)
    {
        object["nonce"] = *response.nonce;
    }
    if (response.notice)
    {
        object["notice"] = true;
    }
    if (response.hold)
    {
        // Rounded down: the RTT then is at most a microsecond too long, and never negative.
        object["hold_us"] = std::chrono::floor<std::chrono::microseconds>(*response.hold).count();
    }
    PutOptionalFigures(report, object);
    if (response.id || report.state != ServerState::READY)
    {
        object["state"] = ToString(report.state);
    }
    if (response.id || report.weight != 1)
    {
        object["weight"] = WholeIfWhole(report.weight);
    }
    return object.dump();
}

} // namespace sonda

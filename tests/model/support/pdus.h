#ifndef SONDA_TESTS_MODEL_SUPPORT_PDUS_H
#define SONDA_TESTS_MODEL_SUPPORT_PDUS_H

#include "model/protocol/codec.h"

#include <nlohmann/json.hpp>
#include <string>

namespace sonda::test
{

inline const char* const NONCE = "0123456789abcdef0123456789abcdef";

/** A response with every key of version 2, as an object for tests to spoil. */
inline nlohmann::json
FullResponse()
{
    return {{"tipo", "probe response"},
            {"RAM", 8123456789},
            {"CPU", 93.5},
            {"IP", "10.0.0.7"},
            {"Door", 80},
            {"v", 2},
            {"nonce", NONCE},
            {"hold_us", 412345},
            {"id", "agent-7"},
            {"ram_total", 16e9},
            {"cores", 2.5},
            {"cpu_10s", 90.25},
            {"load_1", 0.75},
            {"inflight", 12},
            {"service_us", 48250},
            {"rate", 41.5},
            {"state", "drain"},
            {"weight", 2.5}};
}

/** The same as a notice. */
inline nlohmann::json
FullNotice()
{
    auto object = FullResponse();
    object["notice"] = true;
    return object;
}

/** A request with every key of version 2. */
inline nlohmann::json
FullRequest()
{
    return {{"tipo", "probe request"},
            {"v", 2},
            {"nonce", NONCE},
            {"window_ms", 500},
            {"slice", {4, 3}},
            {"below", 1},
            {"to", "agent-7"},
            {"monitor", "00ff00ff00ff00ff"},
            {"stamp", 1796000000000000}};
}

/** \return the name of the reason for which a response is refused, or "accepted". */
inline std::string
ResponseVerdict(std::string_view datagram)
{
    const auto decoded = DecodeResponse(datagram);
    return decoded ? "accepted" : ToString(decoded.GetError().reason);
}

/** The same of a request. */
inline std::string
RequestVerdict(std::string_view datagram)
{
    const auto decoded = DecodeRequest(datagram);
    return decoded ? "accepted" : ToString(decoded.GetError().reason);
}

} // namespace sonda::test

#endif

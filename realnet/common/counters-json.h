#ifndef SONDA_REALNET_COMMON_COUNTERS_JSON_H
#define SONDA_REALNET_COMMON_COUNTERS_JSON_H

#include "model/protocol/refusal.h"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

/** What the counter lines of both binaries share. No state, any thread. */
namespace sonda
{

/** \return `{"total": n, "not-json": n, …}`: every reason that has occurred. */
nlohmann::ordered_json ToJson(const RefusalCounters& refusals);

/**
 * \return the text with everything but printable ASCII replaced by `?`, at most 120 bytes of it.
 * What strangers send goes into log lines: it must not forge any.
 */
std::string Printable(std::string_view text);

} // namespace sonda

#endif

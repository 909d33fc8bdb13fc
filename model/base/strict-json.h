#ifndef SONDA_MODEL_BASE_STRICT_JSON_H
#define SONDA_MODEL_BASE_STRICT_JSON_H

#include "model/base/error.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace sonda
{

/**
 * Parses a JSON text that a person wrote, in which no object has one key twice: a parser would let
 * the last one win.
 * \param file where the text comes from, for messages
 * \return the value with its keys in the order of the text, or an error with file and place
 */
Expected<nlohmann::ordered_json> ParseStrictJson(std::string_view text, const std::string& file);

} // namespace sonda

#endif

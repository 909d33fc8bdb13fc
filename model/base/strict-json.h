#ifndef SONDA_MODEL_BASE_STRICT_JSON_H
#define SONDA_MODEL_BASE_STRICT_JSON_H

#include "model/base/error.h"
#include "model/base/shown.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

/**
 * The one place where JSON that a person or another program wrote is parsed (datagrams have their
 * own in model/protocol, with less room). No state, any thread.
 */
namespace sonda
{

/**
 * Levels of objects and lists in one another; nothing that Sonda reads has ten. What walks through
 * a value later (writing it as text, comparing it) goes down by recursion and would run out of
 * stack.
 */
constexpr int MAX_JSON_DEPTH = 32;

/** Whether comments, as in C, are white space. */
enum class JsonComments
{
    REFUSED,
    ALLOWED,
};

/** A value, and what else its text had. */
struct JsonText
{
    nlohmann::ordered_json value;   //!< keys in the order of the text
    std::vector<std::string> twice; //!< keys that stand twice in one object; the last value counts
};

/** Why a text gives no value. */
struct JsonFault
{
    std::string message; //!< without name of a file; fit for a line
    bool isTooDeep;      //!< well-formed, as far as it was read, but nested too deeply
};

/**
 * \return the value, or why there is none: no JSON, or more than MAX_JSON_DEPTH levels. What lies
 *         below is never built.
 */
Expected<JsonText, JsonFault> ParseJsonText(std::string_view text,
                                            JsonComments comments = JsonComments::REFUSED);

/**
 * Parses a JSON text that a person wrote, in which no object has one key twice: a parser would let
 * the last one win.
 * \param file where the text comes from, for messages
 * \return the value with its keys in the order of the text, or an error with file and place
 */
Expected<nlohmann::ordered_json> ParseStrictJson(std::string_view text, const std::string& file);

/** \return a JSON value for a message, in one line and cut as Shown() does. */
template <typename Json>
std::string
ShownJson(const Json& value)
{
    return Shown(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

} // namespace sonda

#endif

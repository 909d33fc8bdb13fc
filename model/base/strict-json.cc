#include "model/base/strict-json.h"

#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace sonda
{

using Json = nlohmann::ordered_json;

Expected<Json>
ParseStrictJson(std::string_view text, const std::string& file)
{
    std::vector<std::set<std::string>> keys; // of the objects around the place, outermost first
    std::optional<Error> twice;
    const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed)
    {
        if (event == Json::parse_event_t::object_start)
        {
            keys.resize(static_cast<std::size_t>(depth));
            keys.emplace_back();
        }
        else if (event == Json::parse_event_t::key && !twice &&
                 !keys[static_cast<std::size_t>(depth) - 1]
                      .insert(parsed.get<std::string>())
                      .second)
        {
            twice = Error{file + ": key '" + parsed.get<std::string>() +
                          "' stands twice in one object"};
        }
        return true;
    };
    try
    {
        Json json = Json::parse(text, watch);
        return twice ? Expected<Json>(*twice) : Expected<Json>(std::move(json));
    }
    catch (const Json::exception& error)
    {
        return Error{file + ": " + error.what()};
    }
}

} // namespace sonda

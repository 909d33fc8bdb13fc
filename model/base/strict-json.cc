#include "model/base/strict-json.h"

#include <algorithm>
#include <set>
#include <utility>

namespace sonda
{

namespace
{

using Json = nlohmann::ordered_json;

/** Messages about keys that stand twice. */
constexpr std::size_t MOST_TWICE = 20;

/** Looks over the parser's shoulder. */
class Watcher
{
  public:
    /** \return whether the parser keeps the value. */
    bool
    operator()(int depth, Json::parse_event_t event, Json& parsed)
    {
        const bool opens =
            event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
        if (opens && depth >= MAX_JSON_DEPTH)
        {
            isTooDeep = true;
            return false;
        }
        if (event == Json::parse_event_t::object_start)
        {
            m_keys.resize(static_cast<std::size_t>(depth));
            m_keys.emplace_back();
        }
        else if (event == Json::parse_event_t::key && depth <= MAX_JSON_DEPTH)
        {
            OnKey(depth, parsed.get<std::string>());
        }
        return true;
    }

    bool isTooDeep{false};
    std::string outermost; //!< key of the outermost object that was read last
    std::vector<std::string> twice;

  private:
    void
    OnKey(int depth, std::string key)
    {
        if (depth == 1 && !isTooDeep)
        {
            outermost = key;
        }
        if (!m_keys[static_cast<std::size_t>(depth) - 1].insert(key).second &&
            twice.size() < MOST_TWICE)
        {
            twice.push_back(std::move(key));
        }
    }

    std::vector<std::set<std::string>> m_keys; // of the objects around the place, outermost first
};

} // namespace

Expected<JsonText, JsonFault>
ParseJsonText(std::string_view text, JsonComments comments)
{
    // The parser takes NUL for the end of the text, and would not look at what follows.
    if (text.find('\0') != std::string_view::npos)
    {
        return JsonFault{"has a NUL byte, so it is no JSON", false};
    }
    Watcher watcher;
    try
    {
        Json value = Json::parse(text, std::ref(watcher), true, comments == JsonComments::ALLOWED);
        if (watcher.isTooDeep)
        {
            const std::string within =
                watcher.outermost.empty() ? "" : " within key '" + Shown(watcher.outermost) + "'";
            return JsonFault{"is nested too deeply" + within + "; at most " +
                                 std::to_string(MAX_JSON_DEPTH) + " levels are allowed",
                             true};
        }
        return JsonText{std::move(value), std::move(watcher.twice)};
    }
    catch (const Json::exception& error)
    {
        // "[json.exception.parse_error.101] parse error at line …": what follows the bracket. It
        // quotes the token, however long that is; the place comes first, what is wrong last.
        const std::string what = error.what();
        const std::string words = what.substr(what.find("] ") + 2);
        const std::size_t end = words.size() > 2 * MOST_SHOWN ? words.rfind("'; ") : words.npos;
        return JsonFault{Shown(words, 2 * MOST_SHOWN) +
                             (end == words.npos ? "" : Shown(words.substr(end + 1))),
                         false};
    }
}

Expected<Json>
ParseStrictJson(std::string_view text, const std::string& file)
{
    auto parsed = ParseJsonText(text);
    if (!parsed)
    {
        return Error{file + ": " + parsed.GetError().message};
    }
    if (!parsed->twice.empty())
    {
        return Error{file + ": key '" + Shown(parsed->twice.front()) +
                     "' stands twice in one object"};
    }
    return std::move(parsed->value);
}

} // namespace sonda

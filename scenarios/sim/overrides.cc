#include "model/base/strict-json.h"
#include "scenarios/sim/scenario.h"

#include <fstream>
#include <sstream>

namespace sonda::sim
{

namespace
{

using Json = JsonReader::Json;

/** One step of a path: a key, or a place in a list. */
struct Step
{
    std::string key;
    bool isIndex{false};
    std::size_t index{0};
};

[[noreturn]] void
Fail(const std::string& text, const std::string& why)
{
    throw ScenarioError("--set=" + Shown(text) + ": " + why);
}

/** Splits `agents[0].speed` into agents, 0, speed. */
std::vector<Step>
ParsePath(const std::string& path, const std::string& text)
{
    std::vector<Step> steps;
    std::size_t at = 0;
    while (at < path.size())
    {
        if (path[at] == '[')
        {
            const auto end = path.find(']', at);
            const std::string digits =
                end == std::string::npos ? "" : path.substr(at + 1, end - at - 1);
            if (digits.empty() || digits.size() > 6 ||
                digits.find_first_not_of("0123456789") != std::string::npos)
            {
                Fail(text, "expected a place in a list, as in agents[0]");
            }
            steps.push_back({"", true, std::stoul(digits)});
            at = end + 1;
            continue;
        }
        at += path[at] == '.' && !steps.empty() ? 1 : 0;
        const auto end = std::min(path.find_first_of(".[", at), path.size());
        if (end == at)
        {
            Fail(text, "expected a key, as in probe.interval_s");
        }
        steps.push_back({path.substr(at, end - at), false, 0});
        at = end;
    }
    if (steps.size() > MAX_JSON_DEPTH)
    {
        Fail(text,
             "a path of " + std::to_string(steps.size()) + " steps; at most " +
                 std::to_string(MAX_JSON_DEPTH) + " are allowed");
    }
    return steps;
}

/** \return the place that a path leads to; objects on the way are made. */
Json&
FindPlace(Json& json, const std::string& path, const std::string& text)
{
    Json* place = &json;
    std::string key;
    for (const auto& step : ParsePath(path, text))
    {
        if (key == "proxy" && place->is_string())
        {
            // Single rules go on from those that the word stands for.
            *place = {{"base", *place}};
        }
        key = step.key;
        if (step.isIndex)
        {
            if (!place->is_array() || step.index >= place->size())
            {
                Fail(text, "there is no item [" + std::to_string(step.index) + "]");
            }
            place = &(*place)[step.index];
            continue;
        }
        if (!place->is_object())
        {
            Fail(text, "there is nothing that has a key '" + Shown(step.key) + "'");
        }
        // A key that no scenario has is found when the scenario is read.
        place = &(*place)[step.key];
        if (place->is_null())
        {
            *place = Json::object();
        }
    }
    return *place;
}

void
Apply(Json& json, const std::string& text)
{
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
    {
        Fail(text, "expected key=value, as in probe.interval_s=1");
    }
    Json& place = FindPlace(json, text.substr(0, equals), text);
    const std::string value = text.substr(equals + 1);
    auto parsed = ParseJsonText(value);
    if (!parsed && parsed.GetError().isTooDeep)
    {
        Fail(text, "the value " + parsed.GetError().message);
    }
    if (parsed && !parsed->twice.empty())
    {
        Fail(text, "key '" + Shown(parsed->twice.front()) + "' stands twice in one object");
    }
    // What is no JSON is a text without its quotes.
    place = parsed ? std::move(parsed->value) : Json(value);
}

} // namespace

Json
LoadScenario(const std::string& path, const std::vector<std::string>& overrides)
{
    std::ifstream file(path);
    if (!file)
    {
        throw ScenarioError(path + ": cannot be read");
    }
    std::ostringstream text;
    text << file.rdbuf();
    auto parsed = ParseStrictJson(text.str(), path);
    if (!parsed)
    {
        throw ScenarioError(parsed.GetError().message);
    }
    Json json = std::move(*parsed);
    for (const auto& item : overrides)
    {
        Apply(json, item);
    }
    return json;
}

} // namespace sonda::sim

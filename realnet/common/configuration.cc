#include "realnet/common/configuration.h"

#include "model/base/strict-json.h"
#include "realnet/common/descriptor.h"
#include "realnet/common/system-files.h"

#include <algorithm>

namespace sonda
{

namespace
{

using json = nlohmann::ordered_json;

const char*
Wanted(OptionForm form)
{
    switch (form)
    {
    case OptionForm::TEXT:
        return "a string";
    case OptionForm::NUMBER:
        return "a number";
    case OptionForm::FLAG:
        return "true or false";
    case OptionForm::LIST:
        return "a string or a list of strings";
    }
    return "?";
}

bool
HasForm(const json& value, OptionForm form)
{
    switch (form)
    {
    case OptionForm::TEXT:
        return value.is_string();
    case OptionForm::NUMBER:
        return value.is_number();
    case OptionForm::FLAG:
        return value.is_boolean();
    case OptionForm::LIST:
        return value.is_string() ||
               (value.is_array() && std::all_of(value.begin(),
                                                value.end(),
                                                [](const json& v) { return v.is_string(); }));
    }
    return false;
}

/** \return the value as the command line would have it. */
std::vector<std::string>
Texts(const json& value)
{
    if (value.is_array())
    {
        return value.get<std::vector<std::string>>();
    }
    return {value.is_string() ? value.get<std::string>() : value.dump()};
}

std::optional<Problem>
Set(Option& option, const std::string& origin, std::vector<std::string> texts)
{
    option.origin = origin;
    option.values = std::move(texts);
    if (const auto error = option.set(option.values))
    {
        return Problem{origin, error->message};
    }
    return std::nullopt;
}

std::string
KnownKeys(const OptionTable& table)
{
    std::string keys;
    for (const Option& option : table.All())
    {
        if (option.scope != OptionScope::COMMAND_ONLY)
        {
            keys += (keys.empty() ? "" : ", ") + option.Key();
        }
    }
    return keys;
}

/** The text as one JSON object; its keys that come twice are problems. */
std::optional<json>
ParseObject(const std::string& text, const std::string& file, Problems& problems)
{
    auto parsed = ParseJsonText(text, JsonComments::ALLOWED);
    if (!parsed)
    {
        problems.push_back({file, parsed.GetError().message});
        return std::nullopt;
    }
    for (const std::string& key : parsed->twice)
    {
        problems.push_back({file + ": " + Shown(key), "stands there twice"});
    }
    if (!parsed->value.is_object())
    {
        problems.push_back({file, "is not one JSON object: { \"KEY\": VALUE, … }"});
        return std::nullopt;
    }
    return std::move(parsed->value);
}

} // namespace

std::string
ToString(const Problem& problem)
{
    // The last bound: whatever a reason quotes, it goes to a terminal or a journal.
    return ShownMessage(problem.where + ": " + problem.reason);
}

void
AddCommonOptions(OptionTable& table, CommonCommand& command)
{
    table.Heading("General");
    table
        .Add("config",
             "FILE",
             command.config,
             "",
             "Configuration file; options override it",
             AnyText)
        .scope = OptionScope::COMMAND_ONLY;
    table
        .AddFlag("check",
                 command.check,
                 false,
                 "Check the configuration, name every problem, and end: exit code 0 or 1")
        .scope = OptionScope::COMMAND_ONLY;
    table
        .AddFlag(
            "reload",
            command.reload,
            false,
            "Ask the program that runs as a service to read its configuration again, print "
            "what it finds wrong, and end: exit code 0 or 1. It is found by RUNTIME_DIRECTORY, "
            "else in /run")
        .scope = OptionScope::COMMAND_ONLY;
    table.AddFlag("man", command.manual, false, "Print the manual page (roff), and end").scope =
        OptionScope::COMMAND_ONLY;
}

Problems
ReadConfigurationText(OptionTable& table, const std::string& text, const std::string& file)
{
    Problems problems;
    const auto object = ParseObject(text, file, problems);
    if (!object)
    {
        return problems;
    }
    for (const auto& [key, value] : object->items())
    {
        const std::string origin = file + ": " + Shown(key);
        Option* const option = table.FindKey(key);
        if (!option)
        {
            problems.push_back({origin, "is no known key; there are: " + KnownKeys(table)});
            continue;
        }
        if (!HasForm(value, option->form))
        {
            problems.push_back(
                {origin,
                 "must be " + std::string(Wanted(option->form)) + ", not " + ShownJson(value)});
            continue;
        }
        if (auto problem = Set(*option, origin, Texts(value)))
        {
            problems.push_back(std::move(*problem));
        }
    }
    return problems;
}

Problems
ReadConfiguration(OptionTable& table, const CommandLine& line)
{
    Problems problems;
    if (const auto config = line.find("config"); config != line.end())
    {
        const std::string& file = config->second.at(0);
        const auto text = SystemFiles().Read(file);
        if (text)
        {
            problems = ReadConfigurationText(table, *text, file);
        }
        else
        {
            problems.push_back({"--config", SystemError(file).message});
        }
    }
    for (const auto& [name, texts] : line)
    {
        if (auto problem = Set(table.Get(name), "--" + name, texts))
        {
            problems.push_back(std::move(*problem));
        }
    }
    return problems;
}

std::vector<std::string>
NeedRestart(const OptionTable& before, const OptionTable& after)
{
    std::vector<std::string> result;
    for (const Option& option : after.All())
    {
        if (option.scope == OptionScope::RESTART && option.values != before.Get(option.name).values)
        {
            result.push_back(option.Where());
        }
    }
    return result;
}

} // namespace sonda

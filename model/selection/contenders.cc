#include "model/selection/contenders.h"

#include "model/base/strict-json.h"
#include "model/selection/policy.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace sonda
{

/** model/selection/contenders.json. */
extern const char* const CONTENDERS_TEXT;

namespace
{

using Json = nlohmann::ordered_json;

bool
IsPolicyName(const std::string& name)
{
    const auto& all = AllPolicies();
    return std::any_of(all.begin(), all.end(), [&](const auto& info) { return info.name == name; });
}

/** The members that are texts. */
constexpr std::pair<const char*, std::string ContenderEntry::*> TEXTS[] = {
    {"name", &ContenderEntry::name},
    {"contender", &ContenderEntry::text},
    {"about", &ContenderEntry::about},
    {"source", &ContenderEntry::source}};

/** Reads one member of an entry. \return whether it is one, with a value of its type */
bool
ReadMember(const std::string& key, const Json& value, ContenderEntry& entry)
{
    if (key == "number" && value.is_number_unsigned())
    {
        entry.number = value.get<unsigned>();
        return true;
    }
    if (key == "section" && value.is_string() && value.get<std::string>().size() == 1)
    {
        entry.section = value.get<std::string>().front();
        return true;
    }
    for (const auto& [name, text] : TEXTS)
    {
        if (key == name && value.is_string())
        {
            entry.*text = value.get<std::string>();
            return true;
        }
    }
    return false;
}

Expected<ContenderEntry>
ReadEntry(const Json& value, const std::string& where)
{
    if (!value.is_object())
    {
        return Error{where + ": expected an object"};
    }
    ContenderEntry entry{};
    for (const auto& [key, content] : value.items())
    {
        if (!ReadMember(key, content, entry))
        {
            return Error{where + ", key '" + Shown(key) +
                         "': allowed are name, contender, about and source (texts), section (a "
                         "letter) and number (from 0)"};
        }
    }
    if (entry.name.empty() || entry.section == 0)
    {
        return Error{where + ": name and section are missing"};
    }
    auto contender = ParseContender(entry.text);
    if (!contender)
    {
        return Error{where + " '" + Shown(entry.name) +
                     "', key 'contender': " + contender.GetError().message};
    }
    entry.contender = *contender;
    return entry;
}

} // namespace

Expected<Contender>
ParseContender(const std::string& text)
{
    // A formula has slashes of its own, a policy has none.
    const auto slash = text.rfind('/');
    const std::string policy = slash == std::string::npos ? text : text.substr(slash + 1);
    if (!IsPolicyName(policy.substr(0, policy.find_first_of(":@"))))
    {
        return Error{std::string("'") + Shown(text) +
                     "': what follows the last '/' must be a policy, as in "
                     "'connections/sample:2', not '" +
                     Shown(policy) + "'"};
    }
    return Contender{slash == std::string::npos ? DefaultFormulaOf(policy) : text.substr(0, slash),
                     policy};
}

ContenderCatalogue
ContenderCatalogue::BuiltIn()
{
    auto catalogue = Parse(CONTENDERS_TEXT, "the built-in contenders");
    if (!catalogue)
    {
        throw std::logic_error(catalogue.GetError().message);
    }
    return std::move(*catalogue);
}

Expected<ContenderCatalogue>
ContenderCatalogue::Parse(std::string_view text, const std::string& file)
{
    const auto json = ParseStrictJson(text, file);
    if (!json)
    {
        return json.GetError();
    }
    const bool complete = json->is_object() && json->size() == 2 && json->contains("sections") &&
                          json->at("sections").is_object() && json->contains("contenders") &&
                          json->at("contenders").is_array();
    if (!complete)
    {
        return Error{file + R"(: expected {"sections": {…}, "contenders": […]})"};
    }
    ContenderCatalogue catalogue;
    for (const auto& [letter, title] : json->at("sections").items())
    {
        if (letter.size() != 1 || !title.is_string())
        {
            return Error{file + ", sections: expected titles by letter"};
        }
        catalogue.m_sections.emplace_back(letter.front(), title.get<std::string>());
    }
    for (const auto& value : json->at("contenders"))
    {
        const std::string where =
            file + ", contender " + std::to_string(catalogue.m_entries.size() + 1);
        auto entry = ReadEntry(value, where);
        if (!entry)
        {
            return entry.GetError();
        }
        const auto same = [&entry](const auto& other) { return other.name == entry->name; };
        if (std::any_of(catalogue.m_entries.begin(), catalogue.m_entries.end(), same))
        {
            return Error{where + ": '" + Shown(entry->name) + "' exists already"};
        }
        catalogue.m_entries.push_back(std::move(*entry));
    }
    return catalogue;
}

Expected<Contender>
ContenderCatalogue::Find(const std::string& nameOrText) const
{
    for (const auto& entry : m_entries)
    {
        if (entry.name == nameOrText)
        {
            return entry.contender;
        }
    }
    return ParseContender(nameOrText);
}

} // namespace sonda

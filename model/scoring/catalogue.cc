#include "model/scoring/catalogue.h"

#include "model/base/strict-json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace sonda
{

/** model/scoring/catalogue.json. */
extern const char* const CATALOGUE_TEXT;

namespace
{

using Json = nlohmann::ordered_json;

bool
IsName(const std::string& name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    return !name.empty() && name[0] >= 'a' && name[0] <= 'z' &&
           name.find_first_not_of(allowed) == std::string::npos;
}

bool
IsVariable(const std::string& name)
{
    const auto& all = AllVariables();
    return std::any_of(all.begin(), all.end(), [&](const auto& v) { return name == v.name; });
}

Expected<std::vector<std::string>>
ReadVariables(const Json& value, const std::string& where)
{
    std::vector<std::string> names;
    for (const auto& name : value)
    {
        if (!name.is_string() || !IsVariable(name.get<std::string>()))
        {
            return Error{where + " must be a list of variables, not " + ShownJson(value)};
        }
        names.push_back(name.get<std::string>());
    }
    return names;
}

Expected<CatalogueEntry>
ReadEntry(const std::string& name, const Json& value, const std::string& file)
{
    const std::string where = file + ": formula '" + Shown(name) + "'";
    if (!IsName(name))
    {
        return Error{where + ": a name is lower-case letters, digits and hyphens"};
    }
    if (!value.is_object())
    {
        return Error{where + R"(: expected {"score": "min: …", "about": "…"})"};
    }
    CatalogueEntry entry;
    entry.name = name;
    for (const auto& [key, content] : value.items())
    {
        const std::string at = where + ", key '" + Shown(key) + "'";
        if ((key == "score" || key == "about") && content.is_string())
        {
            (key == "score" ? entry.score : entry.about) = content.get<std::string>();
        }
        else if ((key == "good" || key == "bad") && content.is_array())
        {
            auto names = ReadVariables(content, at);
            if (!names)
            {
                return names.GetError();
            }
            (key == "good" ? entry.good : entry.bad) = *names;
        }
        else
        {
            return Error{at + ": allowed are score and about (texts), good and bad (lists)"};
        }
    }
    const auto formula = Formula::Parse(entry.score, name);
    if (!formula)
    {
        return Error{where + ", key 'score': " + formula.GetError().message};
    }
    return entry;
}

} // namespace

Catalogue
Catalogue::BuiltIn()
{
    Catalogue catalogue;
    const auto added = catalogue.Add(CATALOGUE_TEXT, "the built-in catalogue");
    if (!added)
    {
        throw std::logic_error(added.GetError().message);
    }
    return catalogue;
}

Expected<std::size_t>
Catalogue::Add(std::string_view text, const std::string& file)
{
    const auto parsed = ParseStrictJson(text, file);
    if (!parsed)
    {
        return parsed.GetError();
    }
    const Json& json = *parsed;
    if (!json.is_object())
    {
        return Error{file + ": expected an object of formulas by name"};
    }
    for (const auto& [name, value] : json.items())
    {
        auto entry = ReadEntry(name, value, file);
        if (!entry)
        {
            return entry.GetError();
        }
        const std::string& added = name;
        if (std::any_of(m_entries.begin(),
                        m_entries.end(),
                        [&](const auto& e) { return e.name == added; }))
        {
            return Error{file + ": formula '" + name + "' exists already"};
        }
        m_entries.push_back(*entry);
    }
    return json.size();
}

Expected<Formula>
Catalogue::Find(const std::string& nameOrText) const
{
    if (nameOrText.find(':') != std::string::npos)
    {
        return Formula::Parse(nameOrText);
    }
    std::string names;
    for (const auto& entry : m_entries)
    {
        if (entry.name == nameOrText)
        {
            return Formula::Parse(entry.score, entry.name);
        }
        names += " " + entry.name;
    }
    return Error{"there is no formula '" + Shown(nameOrText) + "'; named ones:" + names +
                 "; or a text such as 'min: rtt * (1 + inflight)'"};
}

} // namespace sonda

#include "scenarios/sim/json-reader.h"

#include "model/base/strict-json.h"
#include "model/metrics/result-files.h"

namespace sonda::sim
{

std::string
RangeText(double least, double most)
{
    if (most == std::numeric_limits<double>::max())
    {
        return "at least " + FormatNumber(least);
    }
    return FormatNumber(least) + " to " + FormatNumber(most);
}

JsonReader::JsonReader(const Json& value, std::string where, std::filesystem::path folder)
    : m_value(&value),
      m_where(std::move(where)),
      m_folder(std::move(folder))
{
    if (!value.is_object())
    {
        throw ScenarioError(m_where + ": expected an object {…}, not " + ShownJson(value));
    }
}

bool
JsonReader::Has(const std::string& key)
{
    m_known.insert(key);
    return m_value->contains(key);
}

const JsonReader::Json&
JsonReader::Get(const std::string& key)
{
    if (!Has(key))
    {
        throw ScenarioError(At(key) + ": missing");
    }
    return (*m_value)[key];
}

double
JsonReader::Number(const std::string& key, double least, double most)
{
    const Json& value = Get(key);
    if (!value.is_number() || !(value.get<double>() >= least && value.get<double>() <= most))
    {
        Fail(key, "a number, " + RangeText(least, most));
    }
    return value.get<double>();
}

double
JsonReader::Number(const std::string& key, double least, double most, double otherwise)
{
    return Has(key) ? Number(key, least, most) : otherwise;
}

std::uint64_t
JsonReader::Whole(const std::string& key, std::uint64_t least, std::uint64_t most)
{
    const Json& value = Get(key);
    const bool whole =
        value.is_number_unsigned() || (value.is_number_integer() && value.get<std::int64_t>() >= 0);
    if (!whole || value.get<std::uint64_t>() < least || value.get<std::uint64_t>() > most)
    {
        Fail(key, "a whole number, " + std::to_string(least) + " to " + std::to_string(most));
    }
    return value.get<std::uint64_t>();
}

std::uint64_t
JsonReader::Whole(const std::string& key,
                  std::uint64_t least,
                  std::uint64_t most,
                  std::uint64_t otherwise)
{
    return Has(key) ? Whole(key, least, most) : otherwise;
}

std::string
JsonReader::Text(const std::string& key)
{
    const Json& value = Get(key);
    if (!value.is_string())
    {
        Fail(key, "a text");
    }
    return value.get<std::string>();
}

std::string
JsonReader::Text(const std::string& key, const std::string& otherwise)
{
    return Has(key) ? Text(key) : otherwise;
}

bool
JsonReader::Flag(const std::string& key, bool otherwise)
{
    if (Has(key) && !Get(key).is_boolean())
    {
        Fail(key, "true or false");
    }
    return Has(key) ? Get(key).get<bool>() : otherwise;
}

std::string
JsonReader::OnlyMember(const std::string& key,
                       std::initializer_list<const char*> allowed,
                       const std::string& expected)
{
    const Json& value = Get(key);
    const bool one = value.is_object() && value.size() == 1;
    for (const char* name : allowed)
    {
        if (one && value.contains(name))
        {
            return name;
        }
    }
    Fail(key, expected);
}

std::string
JsonReader::OneOf(const std::string& key, const std::vector<const char*>& allowed)
{
    if (!Has(key))
    {
        return allowed.front();
    }
    std::string names;
    for (const char* name : allowed)
    {
        if (Get(key) == name)
        {
            return name;
        }
        names += std::string(names.empty() ? "" : ", ") + '"' + name + '"';
    }
    Fail(key, allowed.size() == 1 ? names : "one of " + names);
}

JsonReader
JsonReader::Object(const std::string& key)
{
    static const Json empty = Json::object();
    return JsonReader(Has(key) ? (*m_value)[key] : empty, At(key), m_folder);
}

std::string
JsonReader::At(const std::string& key) const
{
    // The file stands before a blank, the path behind it.
    return m_where + (m_where.back() == ' ' ? "" : ".") + key;
}

void
JsonReader::Done() const
{
    for (const auto& [key, value] : m_value->items())
    {
        if (m_known.count(key) == 0)
        {
            std::string allowed;
            for (const auto& known : m_known)
            {
                allowed += " " + known;
            }
            throw ScenarioError(At(Shown(key)) + ": unknown key; allowed here:" + allowed);
        }
    }
}

void
JsonReader::Fail(const std::string& key, const std::string& expected) const
{
    throw ScenarioError(At(key) + ": expected " + expected + ", not " + ShownJson((*m_value)[key]));
}

} // namespace sonda::sim

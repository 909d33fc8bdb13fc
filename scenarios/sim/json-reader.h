#ifndef SONDA_SCENARIOS_SIM_JSON_READER_H
#define SONDA_SCENARIOS_SIM_JSON_READER_H

#include <array>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace sonda::sim
{

/** Something in a scenario is not as documented; the message names file, key, value and remedy. */
class ScenarioError : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

/** What a word in a scenario stands for. */
template <typename T>
struct Named
{
    T value;
    const char* name;
};

/** \return "at least 0" or "0 to 1". */
std::string RangeText(double least, double most);

/**
 * Reads one JSON object strictly: every key has a type and a range, and Done() refuses the keys
 * that nobody asked for. Throws ScenarioError.
 */
class JsonReader
{
  public:
    using Json = nlohmann::ordered_json;

    /**
     * \param value must be an object, and outlive the reader
     * \param where file and path of the object, for messages
     * \param folder what names of files in the object are relative to
     */
    JsonReader(const Json& value, std::string where, std::filesystem::path folder = {});

    /** \return whether the member is there; to ask makes the key a known one. */
    bool Has(const std::string& key);

    /** \return the member, which must exist */
    const Json& Get(const std::string& key);

    double Number(const std::string& key, double least, double most);
    double Number(const std::string& key, double least, double most, double otherwise);
    std::uint64_t Whole(const std::string& key, std::uint64_t least, std::uint64_t most);
    std::uint64_t Whole(const std::string& key,
                        std::uint64_t least,
                        std::uint64_t most,
                        std::uint64_t otherwise);
    std::string Text(const std::string& key);
    std::string Text(const std::string& key, const std::string& otherwise);

    bool Flag(const std::string& key, bool otherwise);

    /** \return the member, one of \p allowed; the first of them when it is absent. */
    std::string OneOf(const std::string& key, const std::vector<const char*>& allowed);

    /** \return a reader of a member that is an object; of an empty one when it is absent. */
    JsonReader Object(const std::string& key);

    /**
     * \return the only member's name of a member that is an object with one member, which must be
     *         one of \p allowed, as in {"exponential": 5}
     * \param expected what to say when it is not
     */
    std::string OnlyMember(const std::string& key,
                           std::initializer_list<const char*> allowed,
                           const std::string& expected);

    /** \return what names of files are relative to. */
    const std::filesystem::path&
    Folder() const
    {
        return m_folder;
    }

    /** \return the path of a member, for messages. */
    std::string At(const std::string& key) const;

    /** Call when all known keys were asked for. */
    void Done() const;

    [[noreturn]] void Fail(const std::string& key, const std::string& expected) const;

  private:
    const Json* m_value;
    std::string m_where;
    std::filesystem::path m_folder;
    std::set<std::string> m_known;
};

/** \return what a member stands for, which must be one of \p names; the first when it is absent. */
template <typename T, std::size_t N>
T
ReadNamed(JsonReader& reader, const std::string& key, const std::array<Named<T>, N>& names)
{
    std::vector<const char*> allowed;
    for (const auto& known : names)
    {
        allowed.push_back(known.name);
    }
    const std::string text = reader.OneOf(key, allowed);
    for (const auto& known : names)
    {
        if (text == known.name)
        {
            return known.value;
        }
    }
    return names.front().value;
}

/** \return the word for a value, which must be in \p names. */
template <typename T, std::size_t N>
const char*
NameOf(T value, const std::array<Named<T>, N>& names)
{
    std::size_t i = 0;
    while (i + 1 < N && names[i].value != value)
    {
        ++i;
    }
    return names[i].name;
}

} // namespace sonda::sim

#endif

#ifndef SONDA_REALNET_COMMON_OPTION_VALUES_H
#define SONDA_REALNET_COMMON_OPTION_VALUES_H

#include "model/base/error.h"
#include "model/base/shown.h"
#include "model/base/time.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/** Values as they are written on the command lines of the real binaries. No state, any thread. */
namespace sonda
{

/**
 * \param text a number above zero with its unit: us, ms, s, m or h; for example `500ms`, `1.5s`
 * \return the length of time, or an error that says what is allowed
 */
Expected<Duration> ParseDuration(const std::string& text);

/** \return the shortest text that ParseDuration() reads as \p duration, in one unit: 30s, 10m,
 * 1500ms; "off" for none. */
std::string DurationText(Duration duration);

/**
 * For tables of options: reads a length of time of at least so much.
 * \param least the shortest that makes sense
 * \param why why it does not below, for the error: a clause
 */
std::function<Expected<Duration>(const std::string&)> DurationFrom(std::chrono::milliseconds least,
                                                                   std::string why);

/** `[ADDRESS:]PORT` taken apart; an IPv6 address stands in brackets. */
struct AddressAndPort
{
    std::optional<std::string> address; //!< IPv4, or IPv6 in its one text, without brackets
    std::uint16_t port{0};
};

/**
 * \param text `80`, `10.0.0.7:80` or `[fd00::7]:80`
 * \param allowZero whether port 0 ("any free one") makes sense
 */
Expected<AddressAndPort> ParseAddressAndPort(const std::string& text, bool allowZero);

/** \return the address of a multicast group, IPv4 other than 224.0.0.x or IPv6, or an error. */
Expected<std::string> ParseGroup(const std::string& text);

/** \return a whole number from \p least to \p most, or an error that says what is allowed. */
Expected<std::uint64_t> ParseWhole(const std::string& text,
                                   std::uint64_t least,
                                   std::uint64_t most);

/** \return a number from \p least to \p most, or an error that says what is allowed. */
Expected<double> ParseReal(const std::string& text, double least, double most);

/** For tables of options: reads a whole number of a type within limits. */
template <typename T>
auto
WholeFrom(std::uint64_t least, std::uint64_t most)
{
    return [least, most](const std::string& text) -> Expected<T>
    {
        const auto number = ParseWhole(text, least, most);
        if (!number)
        {
            return number.GetError();
        }
        return static_cast<T>(*number);
    };
}

/**
 * \param kind what the words name, for the error
 * \param words each with what it means, in the order in which the error lists them
 * \return what the text means, or an error that says what is allowed
 */
template <typename T>
Expected<T>
ParseOneOf(const std::string& text,
           const std::string& kind,
           std::initializer_list<std::pair<std::string_view, T>> words)
{
    std::string allowed;
    for (const auto& [word, meaning] : words)
    {
        if (text == word)
        {
            return meaning;
        }
        allowed.append(allowed.empty() ? "" : ", ").append(word);
    }
    return Error{Quoted(text) + " is no " + kind + "; there are: " + allowed};
}

} // namespace sonda

#endif

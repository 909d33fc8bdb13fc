#include "realnet/common/option-values.h"

#include "model/base/shown.h"
#include "model/protocol/address.h"
#include "model/protocol/ipv6.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <string_view>

namespace sonda
{

namespace
{

struct Unit
{
    std::string_view name;
    double seconds;
};

constexpr std::array<Unit, 5> UNITS{{{"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}}};

/** Far above every sensible setting and far below what a Duration holds. */
constexpr double MOST_SECONDS = 1000.0 * 3600;

Error
BadDuration(const std::string& text, const std::string& why)
{
    return Error{Quoted(text) + " " + why + "; write a number with a unit (us, ms, s, m, h), " +
                 "for example 500ms, 5s or 2m"};
}

Error
BadEndpoint(const std::string& text, const std::string& why)
{
    return Error{Quoted(text) + " " + why +
                 "; write [ADDRESS:]PORT, for example 80, 10.0.0.7:80 or [fd00::7]:80"};
}

/** \return the address before a port: a dotted quad, or IPv6 in brackets, in its one text. */
std::optional<std::string>
ParseHost(const std::string& text)
{
    if (ParseIpv4(text))
    {
        return text;
    }
    if (text.size() < 2 || text.front() != '[' || text.back() != ']')
    {
        return std::nullopt;
    }
    const auto bytes = ParseIpv6(std::string_view(text).substr(1, text.size() - 2));
    return bytes ? std::optional(FormatIpv6(*bytes)) : std::nullopt;
}

} // namespace

Expected<Duration>
ParseDuration(const std::string& text)
{
    double number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, code] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (text == "off" || text == "0")
    {
        return BadDuration(text, "is not a length of time, and 1000h is the longest");
    }
    if (code != std::errc{} || !std::isfinite(number))
    {
        return BadDuration(text, "is not a length of time");
    }
    const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
    if (suffix.empty())
    {
        return BadDuration(text, "has no unit");
    }
    for (const Unit& unit : UNITS)
    {
        if (suffix == unit.name)
        {
            const double seconds = number * unit.seconds;
            if (seconds > MOST_SECONDS)
            {
                return BadDuration(text, "is more than 1000h");
            }
            const Duration duration = seconds > 0 ? FromSeconds(seconds) : Duration::zero();
            if (duration <= Duration::zero())
            {
                return BadDuration(text, "is not above zero");
            }
            return duration;
        }
    }
    return BadDuration(text, "has an unknown unit");
}

std::string
DurationText(Duration duration)
{
    if (duration == Duration::zero())
    {
        return "off";
    }
    for (auto unit = UNITS.rbegin(); unit != UNITS.rend(); ++unit)
    {
        const Duration length = FromSeconds(unit->seconds);
        if (duration % length == Duration::zero())
        {
            return fmt::format("{}{}", duration / length, unit->name);
        }
    }
    const double microseconds = 1e6 * ToSeconds(duration);
    return fmt::format("{}us", microseconds);
}

std::function<Expected<Duration>(const std::string&)>
DurationFrom(std::chrono::milliseconds least, std::string why)
{
    return [least, why = std::move(why)](const std::string& text) -> Expected<Duration>
    {
        auto duration = ParseDuration(text);
        if (duration && *duration < least)
        {
            return Error{
                fmt::format("\"{}\" is less than {}ms: {}", Shown(text), least.count(), why)};
        }
        return duration;
    };
}

Expected<AddressAndPort>
ParseAddressAndPort(const std::string& text, bool allowZero)
{
    AddressAndPort result;
    std::string port = text;
    if (const auto colon = text.rfind(':'); colon != std::string::npos)
    {
        const auto address = ParseHost(text.substr(0, colon));
        if (!address)
        {
            return BadEndpoint(text,
                               "has no IPv4 address, and no IPv6 address in brackets, before "
                               "the port");
        }
        result.address = *address;
        port = text.substr(colon + 1);
    }
    const auto [rest, code] = std::from_chars(port.data(), port.data() + port.size(), result.port);
    if (code != std::errc{} || rest != port.data() + port.size())
    {
        return BadEndpoint(text, "has no port from 1 to 65535");
    }
    if (result.port == 0 && !allowZero)
    {
        return BadEndpoint(text, "has port 0, where nobody can connect");
    }
    return result;
}

Expected<std::string>
ParseGroup(const std::string& text)
{
    if (const auto bytes = ParseIpv6(text); bytes && (*bytes)[0] == 0xFF)
    {
        return FormatIpv6(*bytes);
    }
    const auto address = ParseIpv4(text);
    if (!address || (*address)[0] < 224 || (*address)[0] > 239)
    {
        return Error{Quoted(text) + " is not a multicast group; groups are 224.0.1.0 to " +
                     "239.255.255.255, and IPv6 ones such as ff15::8888; the default is 239.8.8.8"};
    }
    if ((*address)[0] == 224 && (*address)[1] == 0 && (*address)[2] == 0)
    {
        return Error{Quoted(text) + " is reserved for routing protocols; groups of 239.x.x.x are " +
                     "free for use within a site"};
    }
    return text;
}

Expected<std::uint64_t>
ParseWhole(const std::string& text, std::uint64_t least, std::uint64_t most)
{
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, code] = std::from_chars(text.data(), end, number);
    if (code != std::errc{} || rest != end || number < least || number > most)
    {
        return Error{
            fmt::format("\"{}\" is not a whole number from {} to {}", Shown(text), least, most)};
    }
    return number;
}

Expected<double>
ParseReal(const std::string& text, double least, double most)
{
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, code] = std::from_chars(text.data(), end, number);
    if (code != std::errc{} || rest != end || !(number >= least && number <= most))
    {
        return Error{
            fmt::format("\"{}\" is not a number from {:g} to {:g}", Shown(text), least, most)};
    }
    return number;
}

} // namespace sonda

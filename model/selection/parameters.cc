#include "model/selection/parameters.h"

#include <array>
#include <charconv>
#include <cmath>

namespace sonda
{

namespace
{

/** Beyond it a bound is there to keep out infinity and what is lost beside it: not worth a word. */
constexpr double UNBOUNDED = 1e100;

/** \return the shortest decimal number without exponent that reads as this value. */
std::string
Plain(double number)
{
    std::array<char, 400> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    return {text.data(), end.ptr};
}

/** \return ", a number above 0", ", 1 to 64" or nothing, as its bounds are. */
std::string
RangeOf(const Parameter& parameter)
{
    if (parameter.most < UNBOUNDED)
    {
        return (parameter.isWhole ? ", a whole number from " : ", ") + Plain(parameter.least) +
               " to " + Plain(parameter.most);
    }
    if (parameter.least > 0)
    {
        return ", a number above 0";
    }
    return ", a number";
}

} // namespace

Parameter
Proxies()
{
    return {"proxies", "the number of proxies that share the agents", 1, 1e6, 2, true, 1};
}

std::optional<double>
ParseNumber(std::string_view text)
{
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [next, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || next != end || !std::isfinite(number))
    {
        return std::nullopt;
    }
    return number;
}

std::optional<std::vector<double>>
ParseParameters(std::optional<std::string_view> text, const std::vector<Parameter>& parameters)
{
    std::vector<double> values;
    for (const auto& parameter : parameters)
    {
        if (!text)
        {
            if (!parameter.otherwise)
            {
                return std::nullopt;
            }
            values.push_back(*parameter.otherwise);
            continue;
        }
        const auto colon = text->find(':');
        const auto part = text->substr(0, colon);
        const auto number = ParseNumber(part);
        const bool looksWhole = part.find_first_not_of("0123456789") == std::string_view::npos;
        if (!number || *number < parameter.least || *number > parameter.most ||
            (parameter.isWhole && !looksWhole))
        {
            return std::nullopt;
        }
        values.push_back(*number);
        text = colon == std::string_view::npos ? std::nullopt
                                               : std::make_optional(text->substr(colon + 1));
    }
    return text ? std::nullopt : std::make_optional(std::move(values));
}

std::string
SignatureOf(const std::vector<Parameter>& parameters)
{
    std::string signature;
    std::string end;
    for (const auto& parameter : parameters)
    {
        signature += (parameter.otherwise ? "[:" : ":") + parameter.name;
        end += parameter.otherwise ? "]" : "";
    }
    return signature + end;
}

std::string
ExampleOf(const std::vector<Parameter>& parameters, bool all)
{
    std::string example;
    for (const auto& parameter : parameters)
    {
        if (all || !parameter.otherwise)
        {
            example += ":" + Plain(parameter.example);
        }
    }
    return example;
}

std::string
NeedsOf(const std::string& policy, const std::vector<Parameter>& parameters)
{
    std::string needs;
    for (const auto& parameter : parameters)
    {
        needs += needs.empty() ? "" : ", and ";
        needs +=
            (parameter.otherwise ? "may have " : "needs ") + parameter.what + RangeOf(parameter);
    }
    return needs + ", as in '" + policy + ExampleOf(parameters, true) + "'";
}

} // namespace sonda

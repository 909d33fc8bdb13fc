#include "model/selection/parameters.h"

#include <charconv>
#include <cmath>

namespace sonda
{

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
ParseParameters(std::optional<std::string_view> text, const std::vector<ParameterRange>& ranges)
{
    std::vector<double> values;
    for (const auto& range : ranges)
    {
        if (!text)
        {
            if (!range.otherwise)
            {
                return std::nullopt;
            }
            values.push_back(*range.otherwise);
            continue;
        }
        const auto colon = text->find(':');
        const auto part = text->substr(0, colon);
        const auto number = ParseNumber(part);
        const bool looksWhole = part.find_first_not_of("0123456789") == std::string_view::npos;
        if (!number || *number < range.least || *number > range.most ||
            (range.isWhole && !looksWhole))
        {
            return std::nullopt;
        }
        values.push_back(*number);
        text = colon == std::string_view::npos ? std::nullopt
                                               : std::make_optional(text->substr(colon + 1));
    }
    return text ? std::nullopt : std::make_optional(std::move(values));
}

} // namespace sonda

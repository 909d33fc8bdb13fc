#include "realnet/agent/proc-text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace sonda
{

namespace
{

constexpr std::string_view BLANKS = " \t";

std::optional<double>
ParseNumber(std::string_view word)
{
    double value = 0;
    const char* end = word.data() + word.size();
    const auto [rest, code] = std::from_chars(word.data(), end, value);
    if (word.empty() || code != std::errc{} || rest != end || !std::isfinite(value))
    {
        return std::nullopt;
    }
    return value;
}

} // namespace

std::optional<std::string_view>
LineReader::Next()
{
    if (m_rest.empty())
    {
        return std::nullopt;
    }
    const auto end = m_rest.find('\n');
    const std::string_view line = m_rest.substr(0, end);
    m_rest.remove_prefix(end == std::string_view::npos ? m_rest.size() : end + 1);
    return line;
}

std::string_view
TakeWord(std::string_view& line)
{
    const auto begin = line.find_first_not_of(BLANKS);
    if (begin == std::string_view::npos)
    {
        line = {};
        return {};
    }
    line.remove_prefix(begin);
    const std::string_view word = line.substr(0, line.find_first_of(BLANKS));
    line.remove_prefix(word.size());
    return word;
}

std::optional<MemoryFigures>
ParseMeminfo(std::string_view text)
{
    const auto available = ParseStatLine(text, "MemAvailable:");
    const auto total = ParseStatLine(text, "MemTotal:");
    if (!available || !total || *total == 0)
    {
        return std::nullopt;
    }
    return MemoryFigures{*available * 1024, *total * 1024}; // the kernel writes KiB as "kB"
}

std::optional<double>
ParseLoadAverage(std::string_view text)
{
    const auto load = ParseNumber(TakeWord(text));
    return load && *load >= 0 ? load : std::nullopt;
}

std::optional<double>
ParseCpuQuota(std::string_view text)
{
    std::string_view line = LineReader(text).Next().value_or("");
    const auto quota = ParseWhole(TakeWord(line));
    const auto period = ParseWhole(TakeWord(line));
    if (!quota || !period || *quota == 0 || *period == 0)
    {
        return std::nullopt;
    }
    return static_cast<double>(*quota) / static_cast<double>(*period);
}

std::optional<std::uint64_t>
ParseStatLine(std::string_view text, std::string_view key)
{
    LineReader lines(text);
    while (auto line = lines.Next())
    {
        if (TakeWord(*line) == key)
        {
            return ParseWhole(TakeWord(*line));
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t>
ParseWhole(std::string_view text)
{
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
    {
        text.remove_suffix(1);
    }
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [rest, code] = std::from_chars(text.data(), end, value);
    if (code != std::errc{} || rest != end)
    {
        return std::nullopt;
    }
    return value;
}

std::optional<std::uint64_t>
ParseProcessTicks(std::string_view text)
{
    // The name in brackets, the second word, may have blanks and brackets in it.
    const auto name = text.rfind(')');
    if (name == std::string_view::npos)
    {
        return std::nullopt;
    }
    text.remove_prefix(name + 1);
    constexpr int BEFORE = 11; // state to cmajflt
    for (int word = 0; word < BEFORE; ++word)
    {
        TakeWord(text);
    }
    const auto user = ParseWhole(TakeWord(text));
    const auto system = ParseWhole(TakeWord(text));
    return user && system ? std::optional(*user + *system) : std::nullopt;
}

std::vector<std::uint64_t>
ParseProcessIds(std::string_view text)
{
    std::vector<std::uint64_t> ids;
    LineReader lines(text);
    while (const auto line = lines.Next())
    {
        if (const auto id = ParseWhole(*line); id && *id != 0)
        {
            ids.push_back(*id);
        }
    }
    return ids;
}

} // namespace sonda

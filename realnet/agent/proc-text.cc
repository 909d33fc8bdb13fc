#include "realnet/agent/proc-text.h"

#include <charconv>
#include <sstream>

namespace sonda
{

namespace
{

std::istringstream
Stream(std::string_view text)
{
    return std::istringstream{std::string(text)};
}

} // namespace

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

std::optional<CpuTicks>
ParseProcStat(std::string_view text)
{
    auto stream = Stream(text);
    std::string name;
    stream >> name;
    if (name != "cpu")
    {
        return std::nullopt;
    }
    // user nice system idle iowait irq softirq steal; guest times, which follow, are in user too.
    constexpr int FIELDS = 8;
    CpuTicks ticks;
    for (int field = 0; field < FIELDS; ++field)
    {
        std::uint64_t value = 0;
        if (!(stream >> value))
        {
            return std::nullopt;
        }
        ticks.total += value;
        ticks.idle += field == 3 || field == 4 ? value : 0;
    }
    return ticks;
}

std::optional<double>
ParseLoadAverage(std::string_view text)
{
    auto stream = Stream(text);
    double load = 0;
    if (!(stream >> load) || load < 0)
    {
        return std::nullopt;
    }
    return load;
}

std::optional<std::string>
ParseCgroupMount(std::string_view mounts)
{
    auto lines = Stream(mounts);
    std::string line;
    while (std::getline(lines, line))
    {
        auto words = Stream(line);
        std::string device;
        std::string folder;
        std::string type;
        if (words >> device >> folder >> type && type == "cgroup2")
        {
            return folder;
        }
    }
    return std::nullopt;
}

std::optional<std::string>
ParseOwnCgroup(std::string_view text)
{
    auto lines = Stream(text);
    std::string line;
    while (std::getline(lines, line))
    {
        // Version 2 is the line with hierarchy 0 and no controllers.
        if (line.rfind("0::/", 0) == 0)
        {
            return line.substr(3);
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t>
ParseMemoryLimit(std::string_view text)
{
    return ParseWhole(text); // "max" is no number
}

std::optional<double>
ParseCpuQuota(std::string_view text)
{
    auto stream = Stream(text);
    double quota = 0;
    double period = 0;
    if (!(stream >> quota >> period) || quota <= 0 || period <= 0)
    {
        return std::nullopt;
    }
    return quota / period;
}

std::optional<std::uint64_t>
ParseStatLine(std::string_view text, std::string_view key)
{
    auto lines = Stream(text);
    std::string line;
    while (std::getline(lines, line))
    {
        auto words = Stream(line);
        std::string name;
        std::string value;
        if (words >> name >> value && name == key)
        {
            return ParseWhole(value);
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

} // namespace sonda

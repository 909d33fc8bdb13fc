#include "realnet/agent/cpu-times.h"

#include "realnet/agent/proc-text.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <numeric>
#include <sched.h>

namespace sonda
{

namespace
{

/** More than any kernel has (CONFIG_NR_CPUS ends at 8192): a longer list is no list. */
constexpr unsigned MOST_CPUS = 65536;

std::optional<CpuTicks>
ParseTicks(std::string_view line)
{
    CpuTicks ticks;
    for (std::uint64_t& kind : ticks.kinds)
    {
        const auto value = ParseWhole(TakeWord(line));
        if (!value)
        {
            return std::nullopt;
        }
        kind = *value;
    }
    return ticks;
}

std::uint64_t
Sum(const CpuTicks& ticks)
{
    return std::accumulate(ticks.kinds.begin(), ticks.kinds.end(), std::uint64_t{0});
}

void
AddDifference(CpuUse& use, const CpuTicks& from, const CpuTicks& to)
{
    if (to.kinds[CpuTicks::IDLE] < from.kinds[CpuTicks::IDLE])
    {
        return;
    }
    for (int kind = 0; kind < CpuTicks::KINDS; ++kind)
    {
        if (to.kinds[kind] > from.kinds[kind])
        {
            const auto passed = static_cast<double>(to.kinds[kind] - from.kinds[kind]);
            use.total += passed;
            use.idle += kind == CpuTicks::IDLE || kind == CpuTicks::IOWAIT ? passed : 0;
        }
    }
}

const CpuTicks*
Find(const CpuTimes& times, unsigned number)
{
    const auto found =
        std::lower_bound(times.cpus.begin(),
                         times.cpus.end(),
                         number,
                         [](const CpuTimes::Cpu& cpu, unsigned n) { return cpu.number < n; });
    return found != times.cpus.end() && found->number == number ? &found->ticks : nullptr;
}

} // namespace

std::optional<CpuSet>
ParseCpuList(std::string_view text)
{
    text = LineReader(text).Next().value_or("");
    CpuSet cpus;
    while (!text.empty())
    {
        const std::string_view part = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        const auto dash = part.find('-');
        const auto first = ParseWhole(part.substr(0, dash));
        const auto last =
            dash == std::string_view::npos ? first : ParseWhole(part.substr(dash + 1));
        if (!first || !last || *last < *first || *last >= MOST_CPUS || cpus.size() > MOST_CPUS)
        {
            return std::nullopt;
        }
        for (auto cpu = static_cast<unsigned>(*first); cpu <= *last; ++cpu)
        {
            cpus.push_back(cpu);
        }
    }
    std::sort(cpus.begin(), cpus.end());
    cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
    return cpus.empty() ? std::nullopt : std::optional(cpus);
}

CpuSet
Intersection(const CpuSet& one, const CpuSet& other)
{
    CpuSet both;
    std::set_intersection(one.begin(),
                          one.end(),
                          other.begin(),
                          other.end(),
                          std::back_inserter(both));
    return both;
}

CpuSet
Union(const CpuSet& one, const CpuSet& other)
{
    CpuSet all;
    std::set_union(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(all));
    return all;
}

std::optional<CpuSet>
OwnCpus()
{
    // The kernel refuses a mask shorter than its own, whose length it does not tell.
    for (std::size_t words = 1; words <= MOST_CPUS / CPU_SETSIZE; words *= 2)
    {
        std::vector<cpu_set_t> mask(words);
        const std::size_t bytes = words * sizeof(cpu_set_t);
        if (sched_getaffinity(0, bytes, mask.data()) == 0)
        {
            CpuSet cpus;
            for (unsigned cpu = 0; cpu < 8 * bytes; ++cpu)
            {
                if (CPU_ISSET_S(cpu, bytes, mask.data()))
                {
                    cpus.push_back(cpu);
                }
            }
            return cpus.empty() ? std::nullopt : std::optional(cpus);
        }
        if (errno != EINVAL)
        {
            break;
        }
    }
    return std::nullopt;
}

std::optional<CpuTimes>
ParseCpuTimes(std::string_view text)
{
    CpuTimes times;
    bool isAny = false;
    LineReader lines(text);
    while (auto line = lines.Next())
    {
        const std::string_view name = TakeWord(*line);
        if (name.substr(0, 3) != "cpu")
        {
            if (isAny)
            {
                break; // these lines come first, and what follows is long
            }
            continue;
        }
        const auto ticks = ParseTicks(*line);
        const auto number = ParseWhole(name.substr(3));
        if (!ticks || (!number && name != "cpu") || (number && *number >= MOST_CPUS))
        {
            return std::nullopt;
        }
        isAny = true;
        if (number)
        {
            times.cpus.push_back({static_cast<unsigned>(*number), *ticks});
        }
        else if (Sum(*ticks) > Sum(times.all))
        {
            times.all = *ticks;
        }
    }
    std::stable_sort(times.cpus.begin(),
                     times.cpus.end(),
                     [](const CpuTimes::Cpu& one, const CpuTimes::Cpu& other)
                     { return one.number < other.number; });
    return isAny ? std::optional(times) : std::nullopt;
}

CpuSet
CpusInUse(const CpuTimes& times, const std::optional<CpuSet>& allowed)
{
    CpuSet shown;
    for (const CpuTimes::Cpu& cpu : times.cpus)
    {
        shown.push_back(cpu.number);
    }
    if (!allowed)
    {
        return shown;
    }
    CpuSet both = Intersection(shown, *allowed);
    const bool isOwnView = both.size() < allowed->size() && shown.size() <= allowed->size();
    return both.empty() || isOwnView ? shown : both;
}

CpuUse
Compare(const CpuTimes& from, const CpuTimes& to, const CpuSet& chosen)
{
    CpuUse use;
    if (from.cpus.empty() || to.cpus.empty())
    {
        AddDifference(use, from.all, to.all);
        return use;
    }
    for (const unsigned number : chosen)
    {
        const CpuTicks* before = Find(from, number);
        const CpuTicks* after = Find(to, number);
        if (before && after)
        {
            AddDifference(use, *before, *after);
        }
    }
    return use;
}

} // namespace sonda

#include "realnet/agent/memory-meter.h"

#include "realnet/common/log.h"

#include <algorithm>

namespace sonda
{

std::uint64_t
ZfsReclaimable(std::string_view text)
{
    // "name type data", such as "size 4 8589934592".
    std::uint64_t size = 0;
    std::uint64_t least = 0;
    LineReader lines(text);
    while (auto line = lines.Next())
    {
        const std::string_view name = TakeWord(*line);
        TakeWord(*line);
        if (name == "size" || name == "c_min")
        {
            (name == "size" ? size : least) = ParseWhole(TakeWord(*line)).value_or(0);
        }
    }
    return least > 0 && size > least ? size - least : 0;
}

Expected<MemoryReading>
MemoryMeter::OfMachine()
{
    const auto machine = ParseMeminfo(m_files.Read("/proc/meminfo").value_or(""));
    if (!machine)
    {
        return Error{"/proc/meminfo cannot be read or lacks MemAvailable or MemTotal"};
    }
    MemoryReading reading{static_cast<double>(machine->available),
                          static_cast<double>(machine->total),
                          "/proc/meminfo"};
    if (const bool isOdd = machine->available > machine->total; isOdd != m_isOdd)
    {
        m_isOdd = isOdd;
        if (isOdd)
        {
            spdlog::warn("/proc/meminfo has more MemAvailable than MemTotal: all of it is taken as "
                         "free");
        }
    }
    if (m_isOdd)
    {
        reading.free = reading.total;
        reading.from += " (more available than there is: all of it taken as free)";
    }
    const auto zfs = ZfsReclaimable(m_files.Read("/proc/spl/kstat/zfs/arcstats").value_or(""));
    if (zfs > 0)
    {
        reading.free = std::min(reading.free + static_cast<double>(zfs), reading.total);
        reading.from += " and what ZFS's cache gives back";
    }
    return reading;
}

Expected<MemoryReading>
MemoryMeter::Measure(const Cgroup& group)
{
    auto reading = OfMachine();
    if (!reading)
    {
        return reading;
    }
    if (const auto bound = group.Memory(static_cast<std::uint64_t>(reading->total)))
    {
        const auto free = static_cast<double>(bound->free);
        const auto limit = static_cast<double>(bound->limit);
        if (free < reading->free)
        {
            reading->free = free;
            reading->from = bound->freeFrom;
        }
        if (limit < reading->total)
        {
            reading->total = limit;
            reading->from += reading->from == bound->limitFrom ? "" : ", of " + bound->limitFrom;
        }
    }
    reading->free = std::min(reading->free, reading->total);
    return reading;
}

} // namespace sonda

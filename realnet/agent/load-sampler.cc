#include "realnet/agent/load-sampler.h"

#include <algorithm>

namespace sonda
{

LoadSampler::LoadSampler(const SystemFiles& files, unsigned cores)
    : m_files(files),
      m_cgroup(files),
      m_cores(cores)
{
}

Expected<LoadSampler::Snapshot>
LoadSampler::Take(Instant now) const
{
    const auto ticks = ParseProcStat(m_files.Read("/proc/stat").value_or(""));
    if (!ticks)
    {
        return Error{"/proc/stat cannot be read or has no line 'cpu' with 8 numbers"};
    }
    return Snapshot{now, *ticks, m_cgroup.Quota()};
}

/**
 * Quotas come and go, and with them the level whose use is counted; a group that is made anew
 * counts from zero.
 * \return whether the difference of the two means something
 */
bool
LoadSampler::IsSameCount(const Snapshot& from, const Snapshot& to)
{
    if (!from.quota || !to.quota)
    {
        return !from.quota && !to.quota;
    }
    return from.quota->level == to.quota->level &&
           from.quota->usedMicroseconds.has_value() == to.quota->usedMicroseconds.has_value() &&
           from.quota->usedMicroseconds <= to.quota->usedMicroseconds;
}

/** \return percent; nothing when no time has passed between the two, or they count other things. */
std::optional<double>
LoadSampler::Unused(const Snapshot& from, const Snapshot& to)
{
    if (!IsSameCount(from, to))
    {
        return std::nullopt;
    }
    if (to.quota && to.quota->usedMicroseconds)
    {
        const double allowed = ToSeconds(to.at - from.at) * to.quota->cores;
        if (allowed <= 0)
        {
            return std::nullopt;
        }
        const double used =
            1e-6 * static_cast<double>(*to.quota->usedMicroseconds - *from.quota->usedMicroseconds);
        // A group may use more than its quota for an instant: the quota is settled per period.
        return std::clamp(100 * (1 - used / allowed), 0.0, 100.0);
    }
    if (to.machine.total <= from.machine.total)
    {
        return std::nullopt;
    }
    const auto total = static_cast<double>(to.machine.total - from.machine.total);
    // The kernel's count of time waiting for I/O may go back a little.
    const auto idle =
        static_cast<double>(to.machine.idle - std::min(from.machine.idle, to.machine.idle));
    return std::min(100 * idle / total, 100.0);
}

std::optional<Error>
LoadSampler::Sample(Instant now)
{
    const Expected<Snapshot> snapshot = Take(now);
    if (!snapshot)
    {
        return snapshot.GetError();
    }
    if (!m_snapshots.empty() && !IsSameCount(m_snapshots.back(), *snapshot))
    {
        m_snapshots.clear();
    }
    if (!m_snapshots.empty())
    {
        if (const auto unused = Unused(m_snapshots.back(), *snapshot))
        {
            m_smoothed.Add(*unused, now);
        }
    }
    m_snapshots.push_back(*snapshot);
    while (m_snapshots.size() > 2 && m_snapshots[1].at + WINDOW <= now)
    {
        m_snapshots.pop_front();
    }
    return std::nullopt;
}

Expected<Report>
LoadSampler::Figures(Instant now)
{
    const Expected<Snapshot> snapshot = Take(now);
    if (!snapshot)
    {
        return snapshot.GetError();
    }
    const auto memory = ParseMeminfo(m_files.Read("/proc/meminfo").value_or(""));
    if (!memory)
    {
        return Error{"/proc/meminfo cannot be read or lacks MemAvailable or MemTotal"};
    }
    if (m_snapshots.empty())
    {
        return Error{"no CPU times were sampled yet"};
    }
    m_lastUnused = Unused(m_snapshots.front(), *snapshot).value_or(m_lastUnused);

    Report report;
    report.cpu = m_lastUnused;
    report.cpu10s = m_smoothed.Get();
    report.cores = m_cores;
    if (snapshot->quota)
    {
        report.cores = std::min(*report.cores, snapshot->quota->cores);
    }
    report.load1 = ParseLoadAverage(m_files.Read("/proc/loadavg").value_or(""));
    report.ram = static_cast<double>(memory->available);
    report.ramTotal = static_cast<double>(memory->total);
    if (const auto bound = m_cgroup.Memory())
    {
        report.ram = std::min(report.ram, static_cast<double>(bound->free));
        report.ramTotal = std::min(*report.ramTotal, static_cast<double>(bound->limit));
    }
    return report;
}

} // namespace sonda

#include "realnet/agent/load-sampler.h"

#include <algorithm>
#include <utility>

namespace sonda
{

namespace
{

Expected<CpuTimes>
ReadCpuTimes(const SystemFiles& files)
{
    auto times = ParseCpuTimes(files.Read("/proc/stat").value_or(""));
    if (!times)
    {
        return Error{"/proc/stat cannot be read or has no line 'cpu' with 8 numbers"};
    }
    return std::move(*times);
}

} // namespace

std::optional<Error>
CheckReadable(const SystemFiles& files)
{
    const auto times = ReadCpuTimes(files);
    const auto memory = MemoryMeter(files).OfMachine();
    return !times    ? std::optional(times.GetError())
           : !memory ? std::optional(memory.GetError())
                     : std::nullopt;
}

LoadSampler::LoadSampler(const SystemFiles& files, ServerGroup& group, Affinity affinity)
    : m_files(files),
      m_group(group),
      m_affinity(std::move(affinity)),
      m_cgroup(files),
      m_memory(files)
{
}

/** Counts of different quotas are told apart by where they stand, so none gets mixed up. */
void
LoadSampler::HeedGroup(Instant now)
{
    const GroupChoice& choice = m_group.Get(now);
    if (m_groupChanges != m_group.Changes())
    {
        m_cgroup.Move(choice.mounts, choice.paths);
        m_groupChanges = m_group.Changes();
    }
}

Expected<LoadSampler::Snapshot>
LoadSampler::Take(Instant now)
{
    auto times = ReadCpuTimes(m_files);
    if (!times)
    {
        return times.GetError();
    }
    Snapshot snapshot;
    snapshot.at = now;
    snapshot.times = std::move(*times);
    TakeCpus(snapshot, m_group.Get(now));
    for (CpuQuota& quota : m_cgroup.Quotas())
    {
        snapshot.quotas.emplace(quota.where, std::move(quota));
    }
    return snapshot;
}

/** Which CPUs the server may use: as its group and its affinity say, of those that are there. */
void
LoadSampler::TakeCpus(Snapshot& snapshot, const GroupChoice& choice)
{
    std::optional<CpuSet> allowed = choice.isOwn ? m_affinity() : choice.cpus;
    snapshot.coresFrom = choice.isOwn ? "the CPUs that the agent may use"
                         : allowed    ? "the CPUs that the processes of the cgroup may use"
                                      : "the CPUs of the machine";
    if (const auto ofGroup = m_cgroup.Cpus())
    {
        const CpuSet both = allowed ? Intersection(*ofGroup, *allowed) : *ofGroup;
        allowed = both.empty() ? *ofGroup : both;
        snapshot.coresFrom += " and its cpuset";
    }
    snapshot.cpus = CpusInUse(snapshot.times, allowed);
    if (!snapshot.cpus.empty())
    {
        snapshot.cores = static_cast<double>(snapshot.cpus.size());
    }
    else if (allowed)
    {
        snapshot.cores = static_cast<double>(allowed->size());
    }
    else if (const auto own = m_affinity())
    {
        snapshot.cores = static_cast<double>(own->size());
    }
}

LoadSampler::Interval
LoadSampler::Between(const Snapshot& from, const Snapshot& to)
{
    Interval interval;
    interval.end = to.at;
    interval.seconds = ToSeconds(to.at - from.at);
    interval.machine = Compare(from.times, to.times, to.cpus);
    for (const auto& [where, quota] : to.quotas)
    {
        const auto before = from.quotas.find(where);
        if (quota.used && before != from.quotas.end() && before->second.used)
        {
            if (const auto used = UsedTime::Between(*before->second.used, *quota.used))
            {
                interval.used[where] = *used;
            }
        }
    }
    return interval;
}

/** \return the cores that the server may use in all; 0: not known. */
double
LoadSampler::CoresOf(const Snapshot& now, std::string* from)
{
    double cores = now.cores.value_or(0);
    for (const auto& [where, quota] : now.quotas)
    {
        if (quota.cores < cores || cores == 0)
        {
            cores = quota.cores;
            if (from)
            {
                *from = where;
            }
        }
    }
    return cores;
}

double
LoadSampler::Percent(const Unused& unused, const Snapshot& now)
{
    const double cores = CoresOf(now);
    return cores > 0 ? std::clamp(100 * unused.cores / cores, 0.0, 100.0) : 0;
}

/** \return what the server could still get, by what happened in the intervals. */
Expected<LoadSampler::Unused>
LoadSampler::Combine(const Snapshot& now, const std::deque<Interval>& intervals)
{
    CpuUse machine;
    for (const Interval& interval : intervals)
    {
        machine.idle += interval.machine.idle;
        machine.total += interval.machine.total;
    }
    if (!machine.IsKnown())
    {
        return Error{"the CPU times in /proc/stat stand still or fall"};
    }
    // Where nothing tells how many cores there are, their share is all that counts.
    const double cores = now.cores.value_or(std::max(1.0, CoresOf(now)));
    Unused least{cores * machine.idle / machine.total, "/proc/stat"};
    for (const auto& [where, quota] : now.quotas)
    {
        double used = 0;
        double seconds = 0;
        for (const Interval& interval : intervals)
        {
            const auto found = interval.used.find(where);
            if (found != interval.used.end())
            {
                used += found->second;
                seconds += interval.seconds;
            }
        }
        if (seconds <= 0)
        {
            return Error{"the CPU time used under " + where + " is not known"};
        }
        // A group may use more than its quota for an instant: it is settled per period.
        const double left = std::max(0.0, quota.cores - used / seconds);
        if (left < least.cores)
        {
            least = {left, where};
        }
    }
    return least;
}

std::optional<Error>
LoadSampler::Sample(Instant now)
{
    HeedGroup(now);
    Expected<Snapshot> snapshot = Take(now);
    if (!snapshot)
    {
        m_last.reset();
        m_intervals.clear();
        return snapshot.GetError();
    }
    Keep(std::move(*snapshot));
    return std::nullopt;
}

/** Takes a snapshot for a sample. */
void
LoadSampler::Keep(Snapshot snapshot)
{
    const Instant now = snapshot.at;
    if (m_last && now > m_last->at)
    {
        m_intervals.push_back(Between(*m_last, snapshot));
        if (const auto unused = Combine(snapshot, {m_intervals.back()}))
        {
            m_smoothed = m_smoothed.value_or(TimedAverage(std::chrono::seconds(10)));
            m_smoothed->Add(Percent(*unused, snapshot), now);
        }
    }
    m_last = std::move(snapshot);
    // Of the oldest kept, some part is within the window.
    while (!m_intervals.empty() && m_intervals.front().end + WINDOW <= now)
    {
        m_intervals.pop_front();
    }
}

void
LoadSampler::MeasureCpu(LoadFigures& figures, Instant now)
{
    HeedGroup(now);
    Expected<Snapshot> snapshot = Take(now);
    if (!snapshot)
    {
        figures.cpuFrom = snapshot.GetError().message;
        return;
    }
    if (IsDue(now))
    {
        Keep(*snapshot);
    }
    std::deque<Interval> intervals = m_intervals;
    if (m_last && now > m_last->at)
    {
        intervals.push_back(Between(*m_last, *snapshot));
    }
    std::string from = snapshot->coresFrom;
    const double cores = CoresOf(*snapshot, &from);
    figures.cores = cores > 0 ? std::optional(cores) : std::nullopt;
    figures.coresFrom = from;
    const auto unused = Combine(*snapshot, intervals);
    if (unused)
    {
        m_lastUnused = Percent(*unused, *snapshot);
        m_lastKnown = now;
        figures.cpuFrom = unused->from;
    }
    else
    {
        figures.cpuFrom = unused.GetError().message;
    }
    if (m_lastUnused && now - m_lastKnown > HOLD)
    {
        m_lastUnused.reset();
        m_smoothed.reset();
    }
    figures.cpu = m_lastUnused;
    figures.cpu10s = m_smoothed ? std::optional(m_smoothed->Get()) : std::nullopt;
}

LoadFigures
LoadSampler::Measure(Instant now)
{
    LoadFigures figures;
    MeasureCpu(figures, now);
    figures.memory = m_memory.Measure(m_cgroup);
    figures.load1 = ParseLoadAverage(m_files.Read("/proc/loadavg").value_or(""));
    const GroupChoice& choice = m_group.Get(now);
    figures.limits = choice.what + ", " + choice.why;
    return figures;
}

Expected<Report>
LoadSampler::Figures(Instant now)
{
    const LoadFigures figures = Measure(now);
    if (!figures.memory)
    {
        return figures.memory.GetError();
    }
    if (!figures.cpu)
    {
        return Error{"unused CPU is not known: " + figures.cpuFrom};
    }
    Report report;
    report.cpu = *figures.cpu;
    report.cpu10s = figures.cpu10s;
    report.cores = figures.cores;
    report.load1 = figures.load1;
    report.ram = figures.memory->free;
    report.ramTotal = figures.memory->total;
    return report;
}

} // namespace sonda

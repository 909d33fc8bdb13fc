#include "realnet/agent/cgroup.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unistd.h>

namespace sonda
{

namespace
{

/** Reading /proc for more processes than these would cost more than the figure is worth. */
constexpr std::size_t MOST_PROCESSES = 256;

std::string
Named(const char* file, const std::string& path)
{
    return std::string(file) + " of cgroup " + (path.empty() ? "/" : path);
}

/** How much of \p bytes the kernel expects to be able to free. */
std::uint64_t
Reclaimable(std::uint64_t bytes, std::uint64_t watermark)
{
    return bytes - std::min(bytes / 2, watermark);
}

/** Levels of version 1 whose parents do not count what is below them bound nothing below them. */
std::optional<CgroupLevels>
WithoutFlatParents(const SystemFiles& files, std::optional<CgroupLevels> levels)
{
    if (!levels || levels->isUnified)
    {
        return levels;
    }
    for (std::size_t at = 1; at < levels->paths.size(); ++at)
    {
        const std::string parent = levels->Folder(levels->paths[at]);
        if (ParseWhole(files.Read(parent + "/memory.use_hierarchy").value_or("1")) == 0U)
        {
            levels->paths.resize(at);
        }
    }
    return levels;
}

} // namespace

std::optional<double>
UsedTime::Between(const UsedTime& from, const UsedTime& to)
{
    double used = 0;
    bool isKnown = false;
    for (const auto& [key, seconds] : to.seconds)
    {
        const auto before = from.seconds.find(key);
        if (before != from.seconds.end() && before->second <= seconds)
        {
            used += seconds - before->second;
            isKnown = true;
        }
    }
    return isKnown ? std::optional(used) : std::nullopt;
}

Cgroup::Cgroup(const SystemFiles& files)
    : m_files(files)
{
}

Cgroup::Cgroup(const SystemFiles& files, const CgroupMounts& mounts, const CgroupPaths& paths)
    : m_files(files)
{
    Move(mounts, paths);
}

void
Cgroup::Move(const CgroupMounts& mounts, const CgroupPaths& paths)
{
    m_memory = WithoutFlatParents(m_files, LevelsOf(Controller::MEMORY, mounts, paths));
    m_cpu = LevelsOf(Controller::CPU, mounts, paths);
    m_usage = LevelsOf(Controller::CPUACCT, mounts, paths);
    m_cpuset = LevelsOf(Controller::CPUSET, mounts, paths);
    // The kernel's low watermark is min_free_kbytes and a quarter.
    const std::uint64_t least = Number("/proc/sys/vm/min_free_kbytes") * 1024;
    m_lowWatermark = least + least / 4;
}

std::uint64_t
Cgroup::Number(const std::string& file) const
{
    return ParseWhole(m_files.Read(file).value_or("")).value_or(0);
}

std::optional<MemoryBound>
Cgroup::Memory(std::uint64_t machineTotal) const
{
    std::optional<MemoryBound> tightest;
    for (const std::string& path : m_memory ? m_memory->paths : std::vector<std::string>{})
    {
        const auto bound = MemoryAt(path, machineTotal);
        if (!bound)
        {
            continue;
        }
        if (!tightest)
        {
            tightest = bound;
        }
        if (bound->free < tightest->free)
        {
            tightest->free = bound->free;
            tightest->freeFrom = bound->freeFrom;
        }
        if (bound->limit < tightest->limit)
        {
            tightest->limit = bound->limit;
            tightest->limitFrom = bound->limitFrom;
        }
    }
    return tightest;
}

std::optional<MemoryBound>
Cgroup::MemoryAt(const std::string& path, std::uint64_t machineTotal) const
{
    const std::string folder = m_memory->Folder(path);
    const bool isUnified = m_memory->isUnified;
    const char* name = isUnified ? "memory.max" : "memory.limit_in_bytes";
    const auto read = [&](const char* file)
    { return ParseWhole(m_files.Read(folder + "/" + file).value_or("")); };
    auto limit = read(name);
    const auto high = isUnified ? read("memory.high") : std::nullopt;
    if (high && (!limit || *high < *limit))
    {
        limit = high;
        name = "memory.high";
    }
    // Version 1 writes "no limit" as the largest number of whole pages.
    if (!limit || (!isUnified && *limit >= std::numeric_limits<std::int64_t>::max() / 2))
    {
        return std::nullopt;
    }
    const auto used = read(isUnified ? "memory.current" : "memory.usage_in_bytes");
    if (!used)
    {
        return std::nullopt;
    }
    const std::string details = m_files.Read(folder + "/memory.stat").value_or("");
    const auto detail = [&](const char* key) { return ParseStatLine(details, key).value_or(0); };
    // Of version 1 the lines without "total_" leave out the groups below; of slab it says nothing.
    const std::uint64_t cache = isUnified
                                    ? detail("active_file") + detail("inactive_file")
                                    : detail("total_active_file") + detail("total_inactive_file");
    const std::uint64_t slab = isUnified ? detail("slab_reclaimable") : 0;
    const double share =
        std::min(1.0, static_cast<double>(*limit) / static_cast<double>(machineTotal));
    const auto watermark = static_cast<std::uint64_t>(static_cast<double>(m_lowWatermark) * share);
    const std::uint64_t reclaimable =
        std::min(*used, Reclaimable(cache, watermark) + Reclaimable(slab, watermark));
    const std::uint64_t inUse = *used - reclaimable;
    const std::string from = Named(name, path);
    return MemoryBound{*limit - std::min(*limit, inUse), *limit, from, from};
}

std::vector<CpuQuota>
Cgroup::Quotas() const
{
    std::vector<CpuQuota> quotas;
    for (const std::string& path : m_cpu ? m_cpu->paths : std::vector<std::string>{})
    {
        if (auto quota = QuotaAt(path))
        {
            quotas.push_back(std::move(*quota));
        }
    }
    return quotas;
}

std::optional<CpuQuota>
Cgroup::QuotaAt(const std::string& path) const
{
    const std::string folder = m_cpu->Folder(path);
    std::string text;
    if (m_cpu->isUnified)
    {
        text = m_files.Read(folder + "/cpu.max").value_or("");
    }
    else if (auto quota = m_files.Read(folder + "/cpu.cfs_quota_us"))
    {
        text = quota->substr(0, quota->find('\n')) + " " +
               m_files.Read(folder + "/cpu.cfs_period_us").value_or("");
    }
    const auto cores = ParseCpuQuota(text); // version 1 writes "none" as -1
    if (!cores)
    {
        return std::nullopt;
    }
    return CpuQuota{Named(m_cpu->isUnified ? "cpu.max" : "cpu.cfs_quota_us", path),
                    *cores,
                    UsedAt(path)};
}

std::optional<UsedTime>
Cgroup::UsedAt(const std::string& path) const
{
    const std::string folder = m_cpu->Folder(path);
    if (m_cpu->isUnified)
    {
        const auto used =
            ParseStatLine(m_files.Read(folder + "/cpu.stat").value_or(""), "usage_usec");
        return used ? std::optional(UsedTime{{{0, 1e-6 * static_cast<double>(*used)}}})
                    : std::nullopt;
    }
    // Version 1 counts by another controller, which may put processes into other groups. As a rule
    // it is mounted in the same folder (cpu,cpuacct), or has groups of the same names.
    const bool isSameGroup =
        m_usage && !m_usage->isUnified && !m_usage->paths.empty() &&
        std::find(m_usage->paths.begin(), m_usage->paths.end(), path) != m_usage->paths.end();
    const auto used =
        isSameGroup
            ? ParseWhole(m_files.Read(m_usage->Folder(path) + "/cpuacct.usage").value_or(""))
            : std::nullopt;
    return used ? std::optional(UsedTime{{{0, 1e-9 * static_cast<double>(*used)}}})
                : UsedByProcesses(folder);
}

std::optional<UsedTime>
Cgroup::UsedByProcesses(const std::string& folder) const
{
    static const double ticksPerSecond = static_cast<double>(sysconf(_SC_CLK_TCK));
    std::vector<std::string> waiting{folder};
    UsedTime used;
    while (!waiting.empty())
    {
        const std::string at = std::move(waiting.back());
        waiting.pop_back();
        for (const auto id : ParseProcessIds(m_files.Read(at + "/cgroup.procs").value_or("")))
        {
            const auto text = m_files.Read("/proc/" + std::to_string(id) + "/stat").value_or("");
            if (const auto ticks = ParseProcessTicks(text))
            {
                used.seconds[id] = static_cast<double>(*ticks) / ticksPerSecond;
            }
            if (used.seconds.size() > MOST_PROCESSES)
            {
                return std::nullopt;
            }
        }
        for (const SubFolder& below : m_files.SubFolders(at))
        {
            waiting.push_back(at + "/" + below.name);
        }
    }
    return used.seconds.empty() ? std::nullopt : std::optional(used);
}

std::optional<CpuSet>
Cgroup::Cpus() const
{
    for (const std::string& path : m_cpuset ? m_cpuset->paths : std::vector<std::string>{})
    {
        const std::string folder = m_cpuset->Folder(path);
        const auto names = m_cpuset->isUnified
                               ? std::vector<const char*>{"/cpuset.cpus.effective"}
                               : std::vector<const char*>{"/cpuset.effective_cpus", "/cpuset.cpus"};
        for (const char* name : names)
        {
            const auto cpus = ParseCpuList(m_files.Read(folder + name).value_or(""));
            if (cpus)
            {
                return cpus;
            }
        }
    }
    return std::nullopt;
}

} // namespace sonda

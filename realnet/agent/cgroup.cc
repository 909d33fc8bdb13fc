#include "realnet/agent/cgroup.h"

#include "realnet/agent/proc-text.h"

#include <algorithm>
#include <limits>

namespace sonda
{

Cgroup::Cgroup(const SystemFiles& files)
    : m_files(files)
{
    const auto mount = ParseCgroupMount(files.Read("/proc/self/mounts").value_or(""));
    const auto own = ParseOwnCgroup(files.Read("/proc/self/cgroup").value_or(""));
    if (!mount || !own)
    {
        return;
    }
    std::string path = *own == "/" ? "" : *own;
    while (true)
    {
        m_levels.push_back(*mount + path);
        if (path.empty())
        {
            return;
        }
        path = path.substr(0, path.rfind('/'));
    }
}

std::optional<MemoryBound>
Cgroup::Memory() const
{
    std::optional<MemoryBound> tightest;
    for (const std::string& level : m_levels)
    {
        const auto limit = ParseMemoryLimit(m_files.Read(level + "/memory.max").value_or(""));
        const auto used = ParseWhole(m_files.Read(level + "/memory.current").value_or(""));
        if (!limit || !used)
        {
            continue;
        }
        const std::string details = m_files.Read(level + "/memory.stat").value_or("");
        const std::uint64_t cache = ParseStatLine(details, "inactive_file").value_or(0);
        const std::uint64_t inUse = *used - std::min(*used, cache);
        const std::uint64_t free = *limit - std::min(*limit, inUse);
        if (!tightest)
        {
            tightest = MemoryBound{free, *limit};
        }
        tightest->free = std::min(tightest->free, free);
        tightest->limit = std::min(tightest->limit, *limit);
    }
    return tightest;
}

std::optional<std::string>
Cgroup::QuotaLevel(double& cores) const
{
    std::optional<std::string> tightest;
    cores = std::numeric_limits<double>::infinity();
    for (const std::string& level : m_levels)
    {
        const auto quota = ParseCpuQuota(m_files.Read(level + "/cpu.max").value_or(""));
        if (quota && *quota < cores)
        {
            cores = *quota;
            tightest = level;
        }
    }
    return tightest;
}

std::optional<double>
Cgroup::QuotaCores() const
{
    double cores = 0;
    return QuotaLevel(cores) ? std::optional(cores) : std::nullopt;
}

std::optional<std::uint64_t>
Cgroup::UsedCpu() const
{
    double cores = 0;
    const auto level = QuotaLevel(cores);
    if (!level)
    {
        return std::nullopt;
    }
    return ParseStatLine(m_files.Read(*level + "/cpu.stat").value_or(""), "usage_usec");
}

} // namespace sonda

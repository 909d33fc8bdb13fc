#include "realnet/agent/cgroup.h"

#include "realnet/agent/proc-text.h"

#include <algorithm>

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

std::optional<CpuQuota>
Cgroup::Quota() const
{
    std::optional<CpuQuota> tightest;
    for (const std::string& level : m_levels)
    {
        const auto cores = ParseCpuQuota(m_files.Read(level + "/cpu.max").value_or(""));
        if (cores && (!tightest || *cores < tightest->cores))
        {
            tightest = CpuQuota{level, *cores, std::nullopt};
        }
    }
    if (tightest)
    {
        tightest->usedMicroseconds =
            ParseStatLine(m_files.Read(tightest->level + "/cpu.stat").value_or(""), "usage_usec");
    }
    return tightest;
}

} // namespace sonda

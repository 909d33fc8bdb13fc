#ifndef SONDA_REALNET_AGENT_CGROUP_H
#define SONDA_REALNET_AGENT_CGROUP_H

#include "realnet/agent/cgroup-tree.h"
#include "realnet/agent/cpu-times.h"
#include "realnet/agent/proc-text.h"
#include "realnet/common/system-files.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sonda
{

/** What a group leaves of the machine's memory, in bytes. */
struct MemoryBound
{
    std::uint64_t free{0};
    std::uint64_t limit{0};
    std::string freeFrom; //!< "memory.max of cgroup /a"
    std::string limitFrom;
};

/** CPU time that was used, by a count that only grows; by process where nothing else is counted. */
struct UsedTime
{
    std::map<std::uint64_t, double> seconds; //!< by process id, or all under 0

    /** \return what was used between the two; nothing where a count fell or none is in both. */
    static std::optional<double> Between(const UsedTime& from, const UsedTime& to);
};

/** A limit on CPU time, and what was used of it. */
struct CpuQuota
{
    std::string where; //!< "cpu.max of cgroup /a": counts of two places cannot be compared
    double cores{0};
    std::optional<UsedTime> used; //!< in this group so far; empty: not known
};

/**
 * The limits on the processes of one group, versions 1 and 2. A limit may stand at any level from
 * the group to the root, and each holds for all below it. A file that is not there sets none. Not
 * thread-safe.
 */
class Cgroup
{
  public:
    /** Of no group: without any limits. \param files must outlive this object */
    explicit Cgroup(const SystemFiles& files);

    Cgroup(const SystemFiles& files, const CgroupMounts& mounts, const CgroupPaths& paths);

    /** Speaks for another group from now on. */
    void Move(const CgroupMounts& mounts, const CgroupPaths& paths);

    /**
     * \param machineTotal memory of the whole machine, bytes
     * \return the tightest bound on memory, if any level has one
     *
     * What can be had is reckoned as the kernel reckons MemAvailable for the machine: what is below
     * the limit (memory.max, or memory.high where that is lower: above it the group is stopped
     * until it has given memory back), and page cache, active and inactive, and slab that can be
     * reclaimed. The kernel leaves out half of the cache or as much as the low watermark of the
     * machine, whichever is less, since not all of it can be freed without harm, and the same of
     * the slab; a group has no watermark, so the machine's share for so much memory stands in.
     */
    std::optional<MemoryBound> Memory(std::uint64_t machineTotal) const;

    /** \return every CPU quota from the group to the root. */
    std::vector<CpuQuota> Quotas() const;

    /** \return the CPUs that the group may use, if one of the levels says. */
    std::optional<CpuSet> Cpus() const;

  private:
    std::optional<MemoryBound> MemoryAt(const std::string& path, std::uint64_t machineTotal) const;
    std::optional<CpuQuota> QuotaAt(const std::string& path) const;
    std::optional<UsedTime> UsedAt(const std::string& path) const;
    std::optional<UsedTime> UsedByProcesses(const std::string& folder) const;
    std::uint64_t Number(const std::string& file) const;

    const SystemFiles& m_files;
    std::optional<CgroupLevels> m_memory;
    std::optional<CgroupLevels> m_cpu;
    std::optional<CgroupLevels> m_usage;
    std::optional<CgroupLevels> m_cpuset;
    std::uint64_t m_lowWatermark{0}; //!< of the machine, bytes
};

} // namespace sonda

#endif

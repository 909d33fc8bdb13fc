#ifndef SONDA_REALNET_AGENT_CGROUP_H
#define SONDA_REALNET_AGENT_CGROUP_H

#include "realnet/common/system-files.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sonda
{

/** What a cgroup leaves of the machine's memory, in bytes. */
struct MemoryBound
{
    std::uint64_t free{0};
    std::uint64_t limit{0};
};

/** A limit on CPU time, and what was used of it. */
struct CpuQuota
{
    std::string level; //!< the folder where it stands: counts of two levels cannot be compared
    double cores{0};
    std::optional<std::uint64_t> usedMicroseconds; //!< at this level so far; empty: unknown
};

/**
 * The limits that cgroup version 2 sets for this process. A limit may stand at any level above the
 * process; the tightest one counts. Without cgroup 2 there is none. Not thread-safe.
 */
class Cgroup
{
  public:
    /** Finds the levels, from the own one to the root. \param files must outlive this object */
    explicit Cgroup(const SystemFiles& files);

    /**
     * \return the tightest bound on memory, if any level has one. Page cache that is not in use
     * counts as free, as it does in MemAvailable: the kernel gives it up when memory is needed.
     */
    std::optional<MemoryBound> Memory() const;

    /** \return the tightest CPU quota, if any level has one. */
    std::optional<CpuQuota> Quota() const;

  private:
    const SystemFiles& m_files;
    std::vector<std::string> m_levels; //!< folders
};

} // namespace sonda

#endif

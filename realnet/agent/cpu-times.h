#ifndef SONDA_REALNET_AGENT_CPU_TIMES_H
#define SONDA_REALNET_AGENT_CPU_TIMES_H

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sonda
{

/** Numbers of CPUs, ascending, none twice. */
using CpuSet = std::vector<unsigned>;

/** \return the CPUs of a list such as "0-3,8" (cpuset.cpus, Cpus_allowed_list); nothing for an
 * empty or wrong one. Pure. */
std::optional<CpuSet> ParseCpuList(std::string_view text);

/** \return those in both. */
CpuSet Intersection(const CpuSet& one, const CpuSet& other);

/** \return those in either. */
CpuSet Union(const CpuSet& one, const CpuSet& other);

/**
 * \return the CPUs on which the kernel lets this thread run now (affinity and cpuset), however many
 * the machine has; nothing when it does not say. Any thread.
 */
std::optional<CpuSet> OwnCpus();

/** What one CPU has done since boot, in clock ticks (of 10 ms) by kind. */
struct CpuTicks
{
    enum Kind
    {
        IDLE = 3,
        IOWAIT = 4,
        KINDS = 8 // user nice system idle iowait irq softirq steal; guest times are in user, too
    };

    std::array<std::uint64_t, KINDS> kinds{};
};

/** What /proc/stat says of CPUs. */
struct CpuTimes
{
    struct Cpu
    {
        unsigned number{0};
        CpuTicks ticks;
    };

    std::vector<Cpu> cpus; //!< ascending by number; those that are online
    CpuTicks all;          //!< of the line `cpu`; lxcfs has two, of which the larger counts
};

/** \return what \p text of /proc/stat says; nothing without a good line `cpu` or `cpuN`. Pure. */
std::optional<CpuTimes> ParseCpuTimes(std::string_view text);

/**
 * \return those of the CPUs of \p times that somebody who may use \p allowed has.
 *
 * Where CPUs are allowed that /proc/stat does not show, and it shows no more than are allowed, it
 * is a container's view of its own CPUs that numbers them anew (lxcfs): all of them count.
 */
CpuSet CpusInUse(const CpuTimes& times, const std::optional<CpuSet>& allowed);

/** Time of some CPUs between two moments, in clock ticks. */
struct CpuUse
{
    double idle{0}; //!< waiting for I/O included
    double total{0};

    bool
    IsKnown() const
    {
        return total > 0;
    }
};

/**
 * \return what the CPUs did in between: summed over those that both moments have, by kinds.
 *
 * A kind that fell (steal after a migration, iowait by a little) says nothing and is left out; a
 * CPU whose idle time fell is left out whole, as its share cannot be told. So counters that stand
 * still or only fall leave a total of 0: not known.
 * \param chosen CPUs by number; where there are no lines `cpuN` the line `cpu` is all there is
 */
CpuUse Compare(const CpuTimes& from, const CpuTimes& to, const CpuSet& chosen);

} // namespace sonda

#endif

#ifndef SONDA_REALNET_AGENT_MEMORY_METER_H
#define SONDA_REALNET_AGENT_MEMORY_METER_H

#include "model/base/error.h"
#include "realnet/agent/cgroup.h"
#include "realnet/agent/proc-text.h"
#include "realnet/common/system-files.h"

#include <string>

namespace sonda
{

/** Free memory, and where the figures come from. */
struct MemoryReading
{
    double free{0}; //!< bytes, at most `total`
    double total{0};
    std::string from;
};

/**
 * Reads how much memory a server can still get: what the machine has available, or what its group
 * leaves if that is less. The cache of ZFS counts as available, as far as ZFS gives it back when
 * memory is needed, though MemAvailable leaves it out. Not thread-safe.
 */
class MemoryMeter
{
  public:
    /** \param files must outlive the meter */
    explicit MemoryMeter(const SystemFiles& files)
        : m_files(files)
    {
    }

    /** \return what the machine has, or an error that names the file that cannot be read. */
    Expected<MemoryReading> OfMachine();

    /** \return the same, bounded by what the group leaves. */
    Expected<MemoryReading> Measure(const Cgroup& group);

  private:
    const SystemFiles& m_files;
    bool m_isOdd{false}; //!< more is available than there is; told once
};

/** \return bytes of ZFS's cache above its least size, from arcstats; 0 where they do not say. Pure.
 */
std::uint64_t ZfsReclaimable(std::string_view text);

} // namespace sonda

#endif

#ifndef SONDA_REALNET_AGENT_LOAD_SAMPLER_H
#define SONDA_REALNET_AGENT_LOAD_SAMPLER_H

#include "model/base/error.h"
#include "model/base/time.h"
#include "model/protocol/pdu.h"
#include "model/table/decaying.h"
#include "realnet/agent/cgroup.h"
#include "realnet/agent/proc-text.h"
#include "realnet/common/system-files.h"

#include <deque>
#include <optional>

namespace sonda
{

/**
 * Measures the load of the machine: free memory now, unused CPU over the last second.
 *
 * Unused CPU is the share of idle time (waiting for I/O included) of the whole machine; where a
 * cgroup quota binds, the unused share of that quota. Sample() must be called every SAMPLE_PERIOD,
 * and twice before the first Figures(). Not thread-safe.
 */
class LoadSampler
{
  public:
    static constexpr Duration SAMPLE_PERIOD = std::chrono::milliseconds(200);
    /** A tick of /proc/stat is 10 ms: over one second a share is known to about 1 %. */
    static constexpr Duration WINDOW = std::chrono::seconds(1);

    /**
     * \param files must outlive the sampler
     * \param cores that this process may run on
     */
    LoadSampler(const SystemFiles& files, unsigned cores);

    /** Notes the CPU times. \return an error that names the file when they cannot be read */
    std::optional<Error> Sample(Instant now);

    /** \return memory, CPU and run queue; the rest of the report is left as it is by default. */
    Expected<Report> Figures(Instant now);

  private:
    struct Snapshot
    {
        Instant at;
        CpuTicks machine;
        std::optional<CpuQuota> quota; //!< empty: none binds
    };

    Expected<Snapshot> Take(Instant now) const;
    static bool IsSameCount(const Snapshot& from, const Snapshot& to);
    static std::optional<double> Unused(const Snapshot& from, const Snapshot& to);

    const SystemFiles& m_files;
    Cgroup m_cgroup;
    unsigned m_cores;
    std::deque<Snapshot> m_snapshots; //!< of one count, oldest first; one is at least WINDOW old
    TimedAverage m_smoothed{std::chrono::seconds(10)};
    double m_lastUnused{0}; //!< percent
};

} // namespace sonda

#endif

#ifndef SONDA_REALNET_AGENT_LOAD_SAMPLER_H
#define SONDA_REALNET_AGENT_LOAD_SAMPLER_H

#include "model/base/error.h"
#include "model/base/time.h"
#include "model/protocol/pdu.h"
#include "model/table/decaying.h"
#include "realnet/agent/cgroup.h"
#include "realnet/agent/cpu-times.h"
#include "realnet/agent/memory-meter.h"
#include "realnet/agent/proc-text.h"
#include "realnet/agent/server-group.h"
#include "realnet/common/system-files.h"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace sonda
{

/** What is known of the load, and where each figure comes from; what is empty is not known. */
struct LoadFigures
{
    Expected<MemoryReading> memory{Error{}};
    std::optional<double> cpu;    //!< unused, percent of `cores`
    std::optional<double> cpu10s; //!< the same smoothed over 10 s
    std::optional<double> cores;
    std::optional<double> load1; //!< run-queue length
    std::string cpuFrom;         //!< or why it is not known
    std::string coresFrom;
    std::string limits; //!< whose, and how that is known
};

/**
 * Measures the load that the server meets: free memory now, unused CPU over the last second.
 *
 * CPU: the CPUs that the server may use have idle time (waiting for I/O included); each quota above
 * the server leaves some of itself. The least of all these, in cores, is what the server could
 * still get; its share of the cores (the CPUs, or the tightest quota if that is less) is the
 * figure. So a quota bounds what the machine has and does not stand for it. CPUs, quotas and whose
 * they are, are read anew each time.
 *
 * What cannot be measured is not known: neither 0 nor what it once was. Counters that stand still
 * or fall are no measurement. A gap of up to HOLD is bridged by the last value.
 *
 * Sample() must be called SAMPLE_PERIOD after the last sample if it is due, and twice before the
 * first Figures(), which samples, too. Not thread-safe.
 */
class LoadSampler
{
  public:
    /**
     * Waking up is what an agent costs on an idle machine. A reading of the figures is a sample,
     * too, so where a monitor asks once a second nothing else need wake it.
     */
    static constexpr Duration SAMPLE_PERIOD = std::chrono::milliseconds(1200);
    /** A tick of /proc/stat is 10 ms: over one second a share is known to about 1 %. */
    static constexpr Duration WINDOW = std::chrono::seconds(1);
    /** So long a figure stands after the last measurement. */
    static constexpr Duration HOLD = std::chrono::seconds(1);

    /** \return the CPUs that this process may run on, if that is known. */
    using Affinity = std::function<std::optional<CpuSet>()>;

    /**
     * \param files must outlive the sampler
     * \param group whose limits count; must outlive the sampler
     */
    LoadSampler(const SystemFiles& files, ServerGroup& group, Affinity affinity = OwnCpus);

    /** \return whether the last sample is so old that another one tells something. */
    bool
    IsDue(Instant now) const
    {
        return !m_last || now - m_last->at >= SAMPLE_PERIOD / 2;
    }

    /** \return when the last sample was taken. */
    std::optional<Instant>
    LastSample() const
    {
        return m_last ? std::optional(m_last->at) : std::nullopt;
    }

    /** Notes the CPU times. \return an error that names the file when they cannot be read */
    std::optional<Error> Sample(Instant now);

    /** \return everything that is known at this moment. */
    LoadFigures Measure(Instant now);

    /** \return memory, CPU and run queue, the rest of the report left as it is by default; an error
     * where memory or CPU are not known: a response without them there is not. */
    Expected<Report> Figures(Instant now);

  private:
    struct Snapshot
    {
        Instant at;
        CpuTimes times;
        CpuSet cpus; //!< that the server may use; empty: /proc/stat does not tell them apart
        std::optional<double> cores; //!< that many
        std::string coresFrom;
        std::map<std::string, CpuQuota> quotas; //!< by where they stand
    };

    /** What happened between two snapshots. */
    struct Interval
    {
        Instant end;
        double seconds{0};
        CpuUse machine;
        std::map<std::string, double> used; //!< CPU seconds, by where a quota stands
    };

    /** Unused CPU, in cores, and what bounds it. */
    struct Unused
    {
        double cores{0};
        std::string from;
    };

    Expected<Snapshot> Take(Instant now);
    void TakeCpus(Snapshot& snapshot, const GroupChoice& choice);
    static Interval Between(const Snapshot& from, const Snapshot& to);
    static Expected<Unused> Combine(const Snapshot& now, const std::deque<Interval>& intervals);
    static double CoresOf(const Snapshot& now, std::string* from = nullptr);
    static double Percent(const Unused& unused, const Snapshot& now);
    void HeedGroup(Instant now);
    void Keep(Snapshot snapshot);
    void MeasureCpu(LoadFigures& figures, Instant now);

    const SystemFiles& m_files;
    ServerGroup& m_group;
    Affinity m_affinity;
    Cgroup m_cgroup;
    MemoryMeter m_memory;
    std::optional<unsigned> m_groupChanges; //!< as of m_cgroup
    std::optional<Snapshot> m_last;         //!< by the last Sample()
    std::deque<Interval> m_intervals;       //!< between samples, oldest first; for about WINDOW
    std::optional<TimedAverage> m_smoothed; //!< empty: not known
    std::optional<double> m_lastUnused;     //!< percent
    Instant m_lastKnown{};                  //!< when that was measured
};

/** \return the error with which a sampler would fail: which file cannot be read, if one cannot. */
std::optional<Error> CheckReadable(const SystemFiles& files);

} // namespace sonda

#endif

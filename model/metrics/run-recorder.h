#ifndef SONDA_MODEL_METRICS_RUN_RECORDER_H
#define SONDA_MODEL_METRICS_RUN_RECORDER_H

#include "model/base/time.h"
#include "model/metrics/arrival-series.h"
#include "model/metrics/log-histogram.h"
#include "model/metrics/occupancy.h"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sonda
{

class StatusTable;

/** What a run records, and when. */
struct RecorderOptions
{
    Duration window{std::chrono::seconds(5)}; //!< of windows.csv and of the fairness index
    Duration warmup{0};                       //!< what arrives earlier does not count
    Instant start{}; //!< when the run began, on the time line of what the recorder is told
    std::size_t mostRttRows{100'000}; //!< beyond it probes are kept as histograms
};

/** One agent in one window, a row of windows.csv. NaN: not known. */
struct WindowRow
{
    std::uint32_t window;
    std::uint32_t agent;
    std::uint64_t picks;
    std::uint64_t completions;
    std::uint64_t failures;
    std::uint32_t inFlight; //!< at the window's end, as are the following
    double score;
    double probeRtt;                //!< smoothed, seconds
    double reportAge;               //!< seconds
    Occupancy::Window inFlightOver; //!< the window: mean and most, of all proxies together
};

/** One window, a row of fairness.csv. NaN: the window has no pick. */
struct FairnessRow
{
    std::uint32_t window;
    std::uint64_t picks;
    double jain;
    double chance;
};

/** One accepted probe response, a row of rtt.csv. */
struct ProbeRow
{
    Instant at;
    std::uint32_t agent;
    Duration elapsed;
    Duration hold;
};

/**
 * Collects what one run of one proxy yields, for the result files and for the summary; the same in
 * simulation and on a LAN. Result files count time from RecorderOptions::start. Agents are known by
 * the row number that AddAgent() gave them. Not thread-safe. Costs O(1) per event.
 */
class RunRecorder
{
  public:
    explicit RunRecorder(RecorderOptions options);

    /** \param capacity positive; its share of the total is the agent's ideal share of picks */
    std::uint32_t AddAgent(const std::string& id, double capacity);

    std::optional<std::uint32_t> FindAgent(const std::string& id) const;

    /** \param reportAge time since the agent's last report, as the pick saw it */
    void OnDispatch(std::uint32_t agent, Instant now, Duration reportAge);
    void OnCompletion(std::uint32_t agent, Instant now, bool good);
    /** A dispatch that could not be connected; the connection goes to another agent. */
    void OnRetry(std::uint32_t agent, Instant now);
    /** Retries that no OnRetry() told of: the dispatches before had been completed, by a reset. */
    void
    CountRetries(std::uint32_t retries)
    {
        m_retries += retries;
    }

    /** A dispatch whose client left before the connection stood: nobody's success or failure. */
    void OnAbandon(std::uint32_t agent, Instant now);
    void OnProbe(std::uint32_t agent, Instant now, Duration elapsed, Duration hold);

    /**
     * A request has an outcome, as its client sees it. If it arrived in the warm-up, only the
     * series counts it.
     */
    void OnResponse(Instant arrival, Duration responseTime, bool good);

    /**
     * Ends the current window.
     * \param tables one for each proxy: in flight is their sum; score, RTT and age are those of the
     *        first table that knows the agent
     */
    void CloseWindow(const std::vector<const StatusTable*>& tables, Instant now);

    /** The mean of Jain's index over windows after the warm-up, and of its chance value. */
    struct Fairness
    {
        double jain;   //!< NaN when no window has a pick
        double chance; //!< NaN when no window has a pick
        std::uint64_t windows;
    };

    Fairness
    GetFairness() const
    {
        return {Mean(m_jainSum), Mean(m_chanceSum), m_fairWindows};
    }

    const RecorderOptions&
    GetOptions() const
    {
        return m_options;
    }

    const std::vector<std::string>&
    AgentIds() const
    {
        return m_ids;
    }

    const std::vector<double>&
    Capacities() const
    {
        return m_capacities;
    }

    const std::vector<WindowRow>&
    Windows() const
    {
        return m_rows;
    }

    /**
     * \return the rows since the last call, for a run without end whose rows are written as they
     *         come; they are then in Windows() no more
     */
    std::vector<WindowRow>
    TakeWindows()
    {
        return std::exchange(m_rows, {});
    }

    const std::vector<FairnessRow>&
    FairnessRows() const
    {
        return m_fairnessRows;
    }

    const std::vector<ProbeRow>&
    Probes() const
    {
        return m_probes;
    }

    /** RTT by agent; empty unless there were more probes than rows are kept for. */
    const std::vector<LogHistogram>&
    RttHistograms() const
    {
        return m_rttHistograms;
    }

    /** Response times of answered requests. */
    const LogHistogram&
    ResponseTimes() const
    {
        return m_responseTimes;
    }

    /** All requests by arrival, those of the warm-up included. */
    const ArrivalSeries&
    Series() const
    {
        return m_series;
    }

    /** Age of the picked agent's report, one value for each dispatch after the warm-up. */
    const LogHistogram&
    ReportAges() const
    {
        return m_reportAges;
    }

    /** The most that one agent had in flight at once, in windows after the warm-up. */
    std::uint32_t
    MostInFlight() const
    {
        return m_mostInFlight;
    }

    /** Counted after the warm-up. */
    std::uint64_t
    Failures() const
    {
        return m_failures;
    }

    /** Counted over all closed windows. */
    std::uint64_t
    Picks() const
    {
        return m_picks;
    }

    /** Counted over the whole run. */
    std::uint64_t
    Retries() const
    {
        return m_retries;
    }

  private:
    struct Counts
    {
        std::uint64_t picks{0};
        std::uint64_t completions{0};
        std::uint64_t failures{0};
    };

    double Mean(double sum) const;
    void Complete(WindowRow& row, const std::vector<const StatusTable*>& tables, Instant now) const;
    void AddFairness(bool afterWarmup);

    RecorderOptions m_options;
    std::vector<std::string> m_ids;
    std::vector<double> m_capacities;
    std::unordered_map<std::string, std::uint32_t> m_agentById;

    std::vector<Counts> m_window; //!< by agent, of the current window
    std::uint32_t m_windowNumber{0};
    Instant m_windowStart; //!< of the current window
    std::vector<WindowRow> m_rows;
    std::vector<Occupancy> m_inFlight; //!< by agent
    std::uint32_t m_mostInFlight{0};
    std::vector<FairnessRow> m_fairnessRows;
    double m_jainSum{0};
    double m_chanceSum{0};
    std::uint64_t m_fairWindows{0};

    std::vector<ProbeRow> m_probes;
    std::vector<LogHistogram> m_rttHistograms;
    LogHistogram m_responseTimes;
    ArrivalSeries m_series;
    LogHistogram m_reportAges;
    std::uint64_t m_failures{0};
    std::uint64_t m_picks{0};
    std::uint64_t m_retries{0};
};

} // namespace sonda

#endif

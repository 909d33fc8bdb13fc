#ifndef SONDA_MODEL_NS3_LOAD_METER_H
#define SONDA_MODEL_NS3_LOAD_METER_H

#include "model/base/time.h"
#include "model/table/decaying.h"

#include <cstdint>
#include <optional>

namespace sonda::sim
{

/**
 * What an agent reads of its server at regular moments, as from /proc/stat: CPU and completions,
 * each over the last completed sampling interval. So the figures lag by up to two intervals and
 * smooth what is shorter than one.
 *
 * Needs no timer: what was true between two calls is known when the second one comes.
 */
class LoadMeter
{
  public:
    /** \param interval between two readings \param phase when the first one is taken */
    LoadMeter(Duration interval, Duration phase);

    /** From the last call until \p now the share \p busy (0 to 1) of the machine was in use. */
    void
    Advance(Instant now, double busy)
    {
        if (now >= m_nextReading)
        {
            Read(now, busy);
        }
        m_busySeconds += ToSeconds(now - m_at) * busy;
        m_at = now;
    }

    /** A request was completed at the time of the last Advance(). \param took in the server */
    void
    OnCompletion(Duration took)
    {
        ++m_completions;
        m_took += took;
    }

    /** \return unused CPU in percent; 100 before the first reading. */
    double UnusedPercent() const;

    /** \return the same, smoothed over 10 s as the real agent does it; nothing before the first. */
    std::optional<double> SmoothedUnusedPercent() const;

    /** \return completed requests per second over the last completed interval. */
    double CompletionRate() const;

    /**
     * \return the mean time in the server of the requests completed in the last completed interval
     *         that had any, seconds; nothing before the first
     */
    std::optional<double>
    ServiceTime() const
    {
        return m_lastServiceTime;
    }

  private:
    void Read(Instant now, double busy);

    Duration m_interval;
    Instant m_at{};
    Instant m_nextReading;
    double m_busySeconds{0}; //!< since the last reading, as are the next two
    std::uint64_t m_completions{0};
    Duration m_took{0};   //!< sum over the completions
    double m_lastBusy{0}; //!< share over the last completed interval
    TimedAverage m_smoothedBusy{std::chrono::seconds(10)};
    std::uint64_t m_lastCompletions{0};
    std::optional<double> m_lastServiceTime;
};

} // namespace sonda::sim

#endif

#ifndef SONDA_SCENARIOS_SIM_PROGRESS_H
#define SONDA_SCENARIOS_SIM_PROGRESS_H

#include "ns3/nstime.h"

#include <chrono>
#include <cstdint>
#include <functional>

namespace sonda::sim
{

/**
 * Shows on standard error how far a run is: simulated time, requests, requests per second of wall
 * time, time left. One line that is rewritten about once a second; meant for a terminal.
 */
class Progress
{
  public:
    /**
     * \param duration of the run, simulated
     * \param requests yields how many requests have an outcome
     */
    Progress(ns3::Time duration, std::function<std::uint64_t()> requests);

    /** Ends the line. */
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /** \return how many simulator events were its own. */
    std::uint64_t
    Events() const
    {
        return m_events;
    }

  private:
    using WallClock = std::chrono::steady_clock;

    void Look();
    void Show(WallClock::time_point now);

    ns3::Time m_duration;
    std::function<std::uint64_t()> m_requests;
    WallClock::time_point m_start;
    WallClock::time_point m_shown;
    bool m_any{false};
    std::uint64_t m_events{0};
};

} // namespace sonda::sim

#endif

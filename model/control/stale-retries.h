#ifndef SONDA_MODEL_CONTROL_STALE_RETRIES_H
#define SONDA_MODEL_CONTROL_STALE_RETRIES_H

#include "model/base/time.h"
#include "model/table/agent-status.h"

#include <cstddef>
#include <deque>
#include <optional>

namespace sonda
{

/**
 * When to ask agents that turned stale once more, each alone: a group's datagrams are lost where
 * those to one host are not (Wi-Fi, snooping switches).
 *
 * At most MOST_PER_INTERVAL in an interval, evenly spaced, so that a LAN which turns stale at once
 * is not asked at once; who finds no place is not asked. Not thread-safe.
 */
class StaleRetries
{
  public:
    static constexpr std::size_t MOST_PER_INTERVAL = 256;

    struct Retry
    {
        AgentIndex agent;
        Instant since; //!< when it turned stale; whoever was heard after that needs no retry
    };

    /** \param interval between two rounds of probes */
    void
    SetInterval(Duration interval)
    {
        m_gap = interval / MOST_PER_INTERVAL;
    }

    /** An agent has turned stale. \return whether it will be asked */
    bool Add(AgentIndex agent, Instant now);

    /** \return when Take() has the next one, if there is one. */
    std::optional<Instant> NextDue() const;

    /** \return the agent that is to be asked now, if any. */
    std::optional<Retry> Take(Instant now);

  private:
    Duration m_gap{0};
    std::deque<Retry> m_waiting;
    Instant m_free{}; //!< before this none may be sent
};

} // namespace sonda

#endif

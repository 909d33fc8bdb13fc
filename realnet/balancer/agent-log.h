#ifndef SONDA_REALNET_BALANCER_AGENT_LOG_H
#define SONDA_REALNET_BALANCER_AGENT_LOG_H

#include "model/base/time.h"
#include "realnet/balancer/agent-event.h"

#include <cstdint>
#include <map>
#include <string>

namespace sonda
{

/**
 * Logs what becomes of agents, and no more than a reader can read: strangers can make thousands
 * join and flap. The first BURST lines of each kind (troubles, the rest) are written, then one
 * every REFILL; what goes unwritten is counted by word and told. The table's own events, panics,
 * have lines of their own. Belongs to the control thread.
 */
class AgentLog
{
  public:
    static constexpr double BURST = 30;
    static constexpr Duration REFILL = std::chrono::seconds(15);

    void Take(const AgentEvent& event, Instant now);

    /** \param timesFull how often all agents were full up to now \param isFull they are so now */
    void TakeFull(std::uint64_t timesFull, bool isFull, Instant now);

    /** To be called about once a second: tells what went unwritten. */
    void Tick(Instant now);

  private:
    /** Lines that may be written now: filled up over time. */
    class Bucket
    {
      public:
        bool Take(Instant now);

      private:
        double m_lines{BURST};
        Instant m_at{};
    };

    Bucket m_good;
    Bucket m_bad;
    Bucket m_table;
    std::map<std::string, std::uint64_t> m_unwritten; //!< events by word
    std::uint64_t m_timesFull{0};
    bool m_isFull{false};
};

} // namespace sonda

#endif

#ifndef SONDA_MODEL_TABLE_WAITING_TIME_H
#define SONDA_MODEL_TABLE_WAITING_TIME_H

#include "model/base/time.h"

#include <cstdint>

namespace sonda
{

/**
 * Mean time since their dispatch of the connections in flight at one agent, in O(1). An agent that
 * answers nothing any more has no new latencies; this shows it.
 */
class WaitingTime
{
  public:
    void Begin(Instant now);

    /** Ends a connection that was dispatched \p since ago; one that never began is nobody. */
    void End(Duration since, Instant now);

    /** Ends a connection whose dispatch nobody remembers: it is taken for one of mean age. */
    void EndOne(Instant now);

    /** \return the mean in seconds, 0 when nothing is in flight. */
    double Get(Instant now) const;

  private:
    /** \return the sum of their ages at \p now, seconds. */
    double SumAt(Instant now) const;
    void Remove(double age, Instant now);

    std::uint32_t m_count{0};
    double m_sum{0}; //!< of the ages at m_at, seconds
    Instant m_at{};
};

} // namespace sonda

#endif

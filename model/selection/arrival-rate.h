#ifndef SONDA_MODEL_SELECTION_ARRIVAL_RATE_H
#define SONDA_MODEL_SELECTION_ARRIVAL_RATE_H

#include "model/base/time.h"

namespace sonda
{

/**
 * Arrivals per second, as seen lately: each counts exp(-age / tau). Without bias from the first
 * moment on, as the sum is divided by what a steady stream would have come to since the first
 * arrival, which itself is not counted.
 */
class ArrivalRate
{
  public:
    /** Counts an arrival. \param tau how long "lately" is; the same in every call */
    void Add(Instant now, Duration tau);

    /** \return arrivals per second; 0 before the second arrival. */
    double
    Get() const
    {
        return m_rate;
    }

  private:
    bool m_started{false};
    Instant m_first{};
    Instant m_last{};
    double m_count{0};
    double m_rate{0};
};

} // namespace sonda

#endif

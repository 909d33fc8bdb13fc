#ifndef SONDA_MODEL_TABLE_RTT_ESTIMATE_H
#define SONDA_MODEL_TABLE_RTT_ESTIMATE_H

#include "model/base/time.h"

namespace sonda
{

/**
 * Smoothed RTT of one agent from samples with the hold time already subtracted: EWMA with weight
 * 1/8 (RFC 6298, section 2), and the least sample.
 */
class RttEstimate
{
  public:
    void AddSample(Duration rtt);

    bool
    HasSample() const
    {
        return m_samples > 0;
    }

    /** Both are zero before the first sample. */
    Duration
    Smoothed() const
    {
        return m_smoothed;
    }

    Duration
    Least() const
    {
        return m_least;
    }

  private:
    Duration m_smoothed{0};
    Duration m_least{0};
    unsigned long m_samples{0};
};

} // namespace sonda

#endif

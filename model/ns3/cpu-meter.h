#ifndef SONDA_MODEL_NS3_CPU_METER_H
#define SONDA_MODEL_NS3_CPU_METER_H

#include "model/base/time.h"

namespace sonda::sim
{

/**
 * Unused CPU as an agent reads it from /proc/stat: the average over the last completed sampling
 * interval. So it lags by up to two intervals and smooths what is shorter than one.
 *
 * Needs no timer: what was true between two calls is known when the second one comes.
 */
class CpuMeter
{
  public:
    /** \param interval between two readings \param phase when the first one is taken */
    CpuMeter(Duration interval, Duration phase);

    /** From the last call until \p now the share \p busy (0 to 1) of the machine was in use. */
    void Advance(Instant now, double busy);

    /** \return unused CPU in percent; 100 before the first reading. */
    double UnusedPercent() const;

  private:
    Duration m_interval;
    Instant m_at{};
    Instant m_nextReading;
    double m_busySeconds{0}; //!< since the last reading
    double m_lastBusy{0};    //!< share over the last completed interval
};

} // namespace sonda::sim

#endif

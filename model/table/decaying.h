#ifndef SONDA_MODEL_TABLE_DECAYING_H
#define SONDA_MODEL_TABLE_DECAYING_H

#include "model/base/time.h"

namespace sonda
{

/** A count that halves every half-life: "how many lately". */
class DecayingCount
{
  public:
    explicit DecayingCount(Duration halfLife);

    void Add(double amount, Instant now);
    double Get(Instant now) const;

  private:
    double m_halfLifeSeconds;
    double m_value{0};
    Instant m_at{};
};

/**
 * Exponentially weighted moving average over time: a sample that comes dt after the last one has
 * the weight 1 - exp(-dt / tau); the first one counts whole.
 */
class TimedAverage
{
  public:
    explicit TimedAverage(Duration tau);

    void Add(double sample, Instant now);

    /** \return the average, 0 before the first sample. */
    double
    Get() const
    {
        return m_value;
    }

  private:
    double m_tauSeconds;
    double m_value{0};
    bool m_empty{true};
    Instant m_at{};
};

} // namespace sonda

#endif

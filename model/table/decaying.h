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

    bool
    IsEmpty() const
    {
        return m_empty;
    }

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

/**
 * Average that follows peaks at once (Finagle's Peak EWMA): a sample above it replaces it, one
 * below it that comes dt after the last one has the weight 1 - exp(-dt / tau). Without samples it
 * fades: what was slow long ago is tried again.
 */
class PeakAverage
{
  public:
    explicit PeakAverage(Duration tau);

    void Add(double sample, Instant now);

    /** \return the average faded by the time since the last sample, 0 before the first one. */
    double Get(Instant now) const;

  private:
    double m_tauSeconds;
    double m_value{0};
    Instant m_at{};
};

/** EWMA in which each sample has the same weight, however much time passes; the first one whole. */
class SampleAverage
{
  public:
    /** \param weight of a new sample, above 0 and at most 1 */
    explicit SampleAverage(double weight);

    void Add(double sample);

    /** \return the average, 0 before the first sample. */
    double
    Get() const
    {
        return m_value;
    }

    bool
    IsEmpty() const
    {
        return m_empty;
    }

  private:
    double m_weight;
    double m_value{0};
    bool m_empty{true};
};

} // namespace sonda

#endif

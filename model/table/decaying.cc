#include "model/table/decaying.h"

#include <cmath>

namespace sonda
{

DecayingCount::DecayingCount(Duration halfLife)
    : m_halfLifeSeconds(ToSeconds(halfLife))
{
}

void
DecayingCount::Add(double amount, Instant now)
{
    m_value = Get(now) + amount;
    m_at = now;
}

double
DecayingCount::Get(Instant now) const
{
    if (m_value == 0)
    {
        return 0;
    }
    return m_value * std::exp2(-ToSeconds(now - m_at) / m_halfLifeSeconds);
}

TimedAverage::TimedAverage(Duration tau)
    : m_tauSeconds(ToSeconds(tau))
{
}

void
TimedAverage::Add(double sample, Instant now)
{
    if (m_empty)
    {
        m_value = sample;
        m_empty = false;
    }
    else
    {
        const double keep = std::exp(-ToSeconds(now - m_at) / m_tauSeconds);
        m_value = m_value * keep + sample * (1 - keep);
    }
    m_at = now;
}

PeakAverage::PeakAverage(Duration tau)
    : m_tauSeconds(ToSeconds(tau))
{
}

void
PeakAverage::Add(double sample, Instant now)
{
    if (sample > m_value)
    {
        m_value = sample;
    }
    else
    {
        const double keep = std::exp(-ToSeconds(now - m_at) / m_tauSeconds);
        m_value = m_value * keep + sample * (1 - keep);
    }
    m_at = now;
}

double
PeakAverage::Get(Instant now) const
{
    return m_value == 0 ? 0 : m_value * std::exp(-ToSeconds(now - m_at) / m_tauSeconds);
}

SampleAverage::SampleAverage(double weight)
    : m_weight(weight)
{
}

void
SampleAverage::Add(double sample)
{
    m_value = m_empty ? sample : m_value + m_weight * (sample - m_value);
    m_empty = false;
}

} // namespace sonda

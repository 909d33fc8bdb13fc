#include "model/ns3/load-meter.h"

#include <algorithm>

namespace sonda::sim
{

namespace
{

double
UnusedPercentOf(double busy)
{
    // Sums of many small parts may exceed the whole by rounding.
    return 100 * (1 - std::clamp(busy, 0.0, 1.0));
}

} // namespace

LoadMeter::LoadMeter(Duration interval, Duration phase)
    : m_interval(interval),
      m_nextReading(Instant() + phase)
{
}

void
LoadMeter::Read(Instant now, double busy)
{
    m_busySeconds += ToSeconds(m_nextReading - m_at) * busy;
    m_lastBusy = m_busySeconds / ToSeconds(m_interval);
    m_busySeconds = 0;
    m_lastCompletions = m_completions;
    if (m_completions > 0)
    {
        m_lastServiceTime = ToSeconds(m_took) / static_cast<double>(m_completions);
    }
    m_completions = 0;
    m_took = Duration(0);
    m_at = m_nextReading;
    m_nextReading += m_interval;
    m_smoothedBusy.Add(m_lastBusy, m_at);
    if (now >= m_nextReading)
    {
        // Whole intervals passed without a change: the last of them is the reading.
        const auto passed = (now - m_at) / m_interval;
        m_lastBusy = busy;
        m_lastCompletions = 0;
        m_at += m_interval * passed;
        m_nextReading = m_at + m_interval;
        m_smoothedBusy.Add(busy, m_at);
    }
}

double
LoadMeter::UnusedPercent() const
{
    return UnusedPercentOf(m_lastBusy);
}

std::optional<double>
LoadMeter::SmoothedUnusedPercent() const
{
    return m_smoothedBusy.IsEmpty() ? std::nullopt
                                    : std::make_optional(UnusedPercentOf(m_smoothedBusy.Get()));
}

double
LoadMeter::CompletionRate() const
{
    return static_cast<double>(m_lastCompletions) / ToSeconds(m_interval);
}

} // namespace sonda::sim

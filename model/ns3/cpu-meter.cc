#include "model/ns3/cpu-meter.h"

#include <algorithm>

namespace sonda::sim
{

CpuMeter::CpuMeter(Duration interval, Duration phase)
    : m_interval(interval),
      m_nextReading(Instant() + phase)
{
}

void
CpuMeter::Advance(Instant now, double busy)
{
    if (now >= m_nextReading)
    {
        const double whole = ToSeconds(m_interval);
        m_busySeconds += ToSeconds(m_nextReading - m_at) * busy;
        m_lastBusy = m_busySeconds / whole;
        m_busySeconds = 0;
        m_at = m_nextReading;
        m_nextReading += m_interval;
        if (now >= m_nextReading)
        {
            // Whole intervals passed without a change: the last of them is the reading.
            const auto passed = (now - m_at) / m_interval;
            m_lastBusy = busy;
            m_at += m_interval * passed;
            m_nextReading = m_at + m_interval;
        }
    }
    m_busySeconds += ToSeconds(now - m_at) * busy;
    m_at = now;
}

double
CpuMeter::UnusedPercent() const
{
    // Sums of many small parts may exceed the whole by rounding.
    return 100 * (1 - std::clamp(m_lastBusy, 0.0, 1.0));
}

} // namespace sonda::sim

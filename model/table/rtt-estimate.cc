#include "model/table/rtt-estimate.h"

#include <algorithm>

namespace sonda
{

void
RttEstimate::AddSample(Duration rtt)
{
    if (m_samples++ == 0)
    {
        m_smoothed = rtt;
        m_deviation = rtt / 2;
        m_least = rtt;
        return;
    }
    const Duration error = rtt - m_smoothed;
    m_deviation += (std::chrono::abs(error) - m_deviation) / 4;
    m_smoothed += error / 8;
    m_least = std::min(m_least, rtt);
}

} // namespace sonda

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
        m_least = rtt;
        return;
    }
    m_smoothed += (rtt - m_smoothed) / 8;
    m_least = std::min(m_least, rtt);
}

} // namespace sonda

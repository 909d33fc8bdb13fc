#include "model/selection/arrival-rate.h"

#include <cmath>

namespace sonda
{

void
ArrivalRate::Add(Instant now, Duration tau)
{
    if (!m_started)
    {
        m_started = true;
        m_first = now;
        m_last = now;
        return;
    }
    const double seconds = ToSeconds(tau);
    m_count = m_count * std::exp(-ToSeconds(now - m_last) / seconds) + 1;
    m_last = now;
    const double seen = -std::expm1(-ToSeconds(now - m_first) / seconds) * seconds;
    m_rate = seen > 0 ? m_count / seen : 0;
}

} // namespace sonda

#include "model/metrics/occupancy.h"

namespace sonda
{

Occupancy::Window
Occupancy::CloseWindow(Instant now)
{
    Integrate(now);
    const auto length = static_cast<double>((now - m_windowStart).count());
    const Window window{length > 0 ? m_integralNs / length : m_level, m_most};
    m_windowStart = now;
    m_integralNs = 0;
    m_most = m_level;
    return window;
}

} // namespace sonda

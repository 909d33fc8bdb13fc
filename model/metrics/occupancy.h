#ifndef SONDA_MODEL_METRICS_OCCUPANCY_H
#define SONDA_MODEL_METRICS_OCCUPANCY_H

#include "model/base/time.h"

#include <cstdint>

namespace sonda
{

/**
 * How many there are of something that comes and goes, over one window after the other: the mean
 * over time and the most at once. Starts with none. Not thread-safe.
 */
class Occupancy
{
  public:
    /** What a window was like. */
    struct Window
    {
        double mean; //!< over time; the level at the end when the window has no length
        std::uint32_t most;
    };

    /** \param start of the first window */
    explicit Occupancy(Instant start = Instant())
        : m_windowStart(start),
          m_changedAt(start)
    {
    }

    /** One more; \p now does not go back. */
    void
    Enter(Instant now)
    {
        Integrate(now);
        ++m_level;
        m_most = m_level > m_most ? m_level : m_most;
    }

    /** One less; there must be one. */
    void
    Leave(Instant now)
    {
        Integrate(now);
        --m_level;
    }

    /** Ends the window at \p now; the next one begins with what is there. */
    Window CloseWindow(Instant now);

  private:
    void
    Integrate(Instant now)
    {
        m_integralNs += m_level * static_cast<double>((now - m_changedAt).count());
        m_changedAt = now;
    }

    std::uint32_t m_level{0};
    std::uint32_t m_most{0};
    Instant m_windowStart;
    Instant m_changedAt;
    double m_integralNs{0}; //!< level x nanoseconds since the window began
};

} // namespace sonda

#endif

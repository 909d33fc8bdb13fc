#ifndef SONDA_REALNET_WORKER_LAST_LOOKS_H
#define SONDA_REALNET_WORKER_LAST_LOOKS_H

#include <algorithm>

namespace sonda
{

/**
 * How often a worker whose streams have run dry looks for more before it sleeps, letting other
 * threads run in between. Who sends to a sleeper pays for waking it, and a sender that does so for
 * every packet is what limits a stream between fast ends (docs/performance.md). Looks that find
 * something are worth more than they cost, so the number doubles; looks in vain halve it, so that
 * slow streams do not cost more CPU time. Used by the worker's thread.
 */
class LastLooks
{
  public:
    static constexpr int MOST = 8;

    int
    Count() const
    {
        return m_count;
    }

    /** \param found whether one of the last Count() looks found an event */
    void
    Learn(bool found)
    {
        m_count = found ? std::min(m_count * 2, MOST) : std::max(m_count / 2, 1);
    }

  private:
    int m_count{1};
};

} // namespace sonda

#endif

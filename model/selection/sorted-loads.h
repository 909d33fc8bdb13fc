#ifndef SONDA_MODEL_SELECTION_SORTED_LOADS_H
#define SONDA_MODEL_SELECTION_SORTED_LOADS_H

#include "model/selection/view.h"

#include <cstdint>
#include <vector>

/**
 * Load interpretation: old queue lengths are read together with how many requests must have come
 * since (Dahlin, "Interpreting Stale Load Information", IEEE TPDS 11(10), 2000). The score must be
 * a number of requests, lowest best, as `reported` is. The rate of arrivals is measured by the
 * policy from its own dispatches, over ten probe intervals, and multiplied by the number of
 * proxies. Agents whose score is not known are picked only when none is known.
 */
namespace sonda
{

/** The candidates in the order of their loads, least first; those with a known one only. */
class SortedLoads
{
  public:
    struct Load
    {
        double load;
        AgentIndex agent;
    };

    /** Brings the order up to date. \return whether it may have changed */
    bool Look(const View& view);

    const std::vector<Load>&
    Get() const
    {
        return m_loads;
    }

  private:
    std::uint64_t m_epoch{0};
    std::vector<Load> m_loads;
};

/** \return over which time the policies measure the rate of arrivals: long enough to make it
 * steady, short enough to follow the day. */
Duration RateWindow(const StatusTable& table);

} // namespace sonda

#endif

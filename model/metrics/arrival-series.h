#ifndef SONDA_MODEL_METRICS_ARRIVAL_SERIES_H
#define SONDA_MODEL_METRICS_ARRIVAL_SERIES_H

#include "model/base/time.h"

#include <cstdint>
#include <vector>

namespace sonda
{

/**
 * Response times over the time of arrival, in bins of equal length: what the cut of the warm-up is
 * found from (MSER-5). The bins are short at first and double in length whenever they become too
 * many, so that no length has to be known beforehand and a run of any length has between 500 and
 * 1,000 of them, once it is longer than a second.
 *
 * Memory is allocated once; Add() costs O(1) on average. Not thread-safe.
 */
class ArrivalSeries
{
  public:
    static constexpr std::size_t MOST_BINS = 1000;

    /** The requests that arrived in one bin. */
    struct Bin
    {
        std::uint64_t answered{0};
        std::uint64_t failures{0};
        double sumS{0}; //!< of the response times of the answered ones, seconds
    };

    ArrivalSeries();

    /**
     * \param arrival since the start of the run, not negative; in any order
     * \param responseTime of an answered request; ignored otherwise
     */
    void Add(Duration arrival, Duration responseTime, bool good);

    /** \return the length of a bin; bin i covers [i, i + 1) of it. */
    Duration
    Step() const
    {
        return SHORTEST * (std::int64_t{1} << m_doublings);
    }

    /** \return the bins from the start of the run to the last arrival; also those without any. */
    const std::vector<Bin>&
    Bins() const
    {
        return m_bins;
    }

  private:
    void JoinPairs();

    static constexpr Duration SHORTEST{std::chrono::milliseconds(1)};

    unsigned m_doublings{0};
    std::vector<Bin> m_bins;
};

} // namespace sonda

#endif

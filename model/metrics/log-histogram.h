#ifndef SONDA_MODEL_METRICS_LOG_HISTOGRAM_H
#define SONDA_MODEL_METRICS_LOG_HISTOGRAM_H

#include <cstdint>
#include <vector>

namespace sonda
{

/**
 * A histogram of times with buckets of equal ratio, so that its error is relative: a bucket is at
 * most 2 % wide. Histograms of several runs, agents or windows add up; percentiles do not.
 *
 * Values from 1 ns to 10^6 s are told apart; smaller ones count in the first bucket, larger ones in
 * the last. Count, sum, least and greatest value are exact. Memory grows with the range in use.
 */
class LogHistogram
{
  public:
    /** A bucket [low, high) and how many values fell into it. */
    struct Bucket
    {
        double low;
        double high;
        std::uint64_t count;
    };

    /** \param seconds not negative and not NaN */
    void Add(double seconds);

    void Merge(const LogHistogram& other);

    std::uint64_t
    Count() const
    {
        return m_count;
    }

    /** \return the exact mean; NaN when empty. */
    double Mean() const;

    /**
     * \param p 0 to 1
     * \return the value below which the share \p p of all values lies, by linear interpolation in
     *         its bucket and never outside the least and greatest value; NaN when empty
     */
    double Quantile(double p) const;

    /** \return the buckets that are not empty, ascending. */
    std::vector<Bucket> Buckets() const;

  private:
    static std::size_t PlaceOf(double seconds);
    static double LowOf(std::size_t place);

    std::vector<std::uint64_t> m_buckets; //!< from place m_first
    std::size_t m_first{0};
    std::uint64_t m_count{0};
    double m_sum{0};
    double m_least{0};
    double m_greatest{0};
};

} // namespace sonda

#endif

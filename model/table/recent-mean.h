#ifndef SONDA_MODEL_TABLE_RECENT_MEAN_H
#define SONDA_MODEL_TABLE_RECENT_MEAN_H

#include <cstddef>
#include <vector>

namespace sonda
{

/** Mean of the last 100 samples (Traefik's least-time). Takes memory with the first one. */
class RecentMean
{
  public:
    static constexpr std::size_t SAMPLES = 100;

    void Add(double sample);

    /** \return the mean of the last SAMPLES, or of all if there are fewer; 0 before the first. */
    double Get() const;

  private:
    std::vector<double> m_samples; //!< the oldest is at m_next once there are SAMPLES
    std::size_t m_next{0};
    double m_sum{0};
};

} // namespace sonda

#endif

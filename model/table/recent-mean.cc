#include "model/table/recent-mean.h"

#include <numeric>

namespace sonda
{

void
RecentMean::Add(double sample)
{
    if (m_samples.size() < SAMPLES)
    {
        m_samples.reserve(SAMPLES);
        m_samples.push_back(sample);
        m_sum += sample;
        return;
    }
    m_sum += sample - m_samples[m_next];
    m_samples[m_next] = sample;
    m_next = (m_next + 1) % SAMPLES;
    if (m_next == 0)
    {
        // Adding and subtracting for ever would gather rounding errors.
        m_sum = std::accumulate(m_samples.begin(), m_samples.end(), 0.0);
    }
}

double
RecentMean::Get() const
{
    return m_samples.empty() ? 0 : m_sum / static_cast<double>(m_samples.size());
}

} // namespace sonda

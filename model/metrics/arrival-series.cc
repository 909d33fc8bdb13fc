#include "model/metrics/arrival-series.h"

namespace sonda
{

ArrivalSeries::ArrivalSeries()
{
    m_bins.reserve(MOST_BINS);
}

void
ArrivalSeries::Add(Duration arrival, Duration responseTime, bool good)
{
    // A division by a constant and a shift cost a tenth of a division by the step.
    const auto shortest = static_cast<std::size_t>(arrival / SHORTEST);
    while (shortest >> m_doublings >= MOST_BINS)
    {
        JoinPairs();
    }
    const std::size_t place = shortest >> m_doublings;
    if (place >= m_bins.size())
    {
        m_bins.resize(place + 1);
    }
    Bin& bin = m_bins[place];
    if (good)
    {
        ++bin.answered;
        bin.sumS += ToSeconds(responseTime);
    }
    else
    {
        ++bin.failures;
    }
}

void
ArrivalSeries::JoinPairs()
{
    ++m_doublings;
    const std::size_t half = (m_bins.size() + 1) / 2;
    for (std::size_t i = 0; i < half; ++i)
    {
        Bin joined = m_bins[2 * i];
        if (2 * i + 1 < m_bins.size())
        {
            const Bin& second = m_bins[2 * i + 1];
            joined.answered += second.answered;
            joined.failures += second.failures;
            joined.sumS += second.sumS;
        }
        m_bins[i] = joined;
    }
    m_bins.resize(half);
}

} // namespace sonda

#include "model/metrics/log-histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sonda
{

namespace
{

constexpr double SMALLEST = 1e-9;
constexpr double LARGEST = 1e6;
// 2^(1/36) = 1.0194: a bucket is 1.94 % wide.
constexpr double PER_OCTAVE = 36;

} // namespace

std::size_t
LogHistogram::PlaceOf(double seconds)
{
    const double inside = std::clamp(seconds, SMALLEST, LARGEST);
    return static_cast<std::size_t>(std::log2(inside / SMALLEST) * PER_OCTAVE);
}

double
LogHistogram::LowOf(std::size_t place)
{
    return SMALLEST * std::exp2(static_cast<double>(place) / PER_OCTAVE);
}

void
LogHistogram::Add(double seconds)
{
    const std::size_t place = PlaceOf(seconds);
    if (m_buckets.empty())
    {
        m_first = place;
    }
    if (place < m_first)
    {
        m_buckets.insert(m_buckets.begin(), m_first - place, 0);
        m_first = place;
    }
    if (place - m_first >= m_buckets.size())
    {
        m_buckets.resize(place - m_first + 1);
    }
    ++m_buckets[place - m_first];
    m_least = m_count == 0 ? seconds : std::min(m_least, seconds);
    m_greatest = m_count == 0 ? seconds : std::max(m_greatest, seconds);
    m_sum += seconds;
    ++m_count;
}

void
LogHistogram::Merge(const LogHistogram& other)
{
    if (other.m_count == 0)
    {
        return;
    }
    if (m_count == 0)
    {
        *this = other;
        return;
    }
    const std::size_t first = std::min(m_first, other.m_first);
    const std::size_t end =
        std::max(m_first + m_buckets.size(), other.m_first + other.m_buckets.size());
    std::vector<std::uint64_t> merged(end - first);
    for (const LogHistogram* part : {static_cast<const LogHistogram*>(this), &other})
    {
        for (std::size_t i = 0; i < part->m_buckets.size(); ++i)
        {
            merged[part->m_first + i - first] += part->m_buckets[i];
        }
    }
    m_buckets = std::move(merged);
    m_first = first;
    m_count += other.m_count;
    m_sum += other.m_sum;
    m_least = std::min(m_least, other.m_least);
    m_greatest = std::max(m_greatest, other.m_greatest);
}

double
LogHistogram::Mean() const
{
    return m_count == 0 ? std::numeric_limits<double>::quiet_NaN()
                        : m_sum / static_cast<double>(m_count);
}

double
LogHistogram::Quantile(double p) const
{
    if (m_count == 0)
    {
        return std::numeric_limits<double>::quiet_NaN();
    }
    // The ends are known exactly, also outside the range of the buckets.
    if (p <= 0 || p >= 1)
    {
        return p <= 0 ? m_least : m_greatest;
    }
    const double wanted = p * static_cast<double>(m_count);
    double below = 0;
    for (std::size_t i = 0; i < m_buckets.size(); ++i)
    {
        const auto count = static_cast<double>(m_buckets[i]);
        if (count > 0 && below + count >= wanted)
        {
            const double low = LowOf(m_first + i);
            const double high = LowOf(m_first + i + 1);
            const double value = low + (high - low) * (wanted - below) / count;
            return std::clamp(value, m_least, m_greatest);
        }
        below += count;
    }
    return m_greatest;
}

std::vector<LogHistogram::Bucket>
LogHistogram::Buckets() const
{
    std::vector<Bucket> buckets;
    for (std::size_t i = 0; i < m_buckets.size(); ++i)
    {
        if (m_buckets[i] > 0)
        {
            buckets.push_back({LowOf(m_first + i), LowOf(m_first + i + 1), m_buckets[i]});
        }
    }
    return buckets;
}

} // namespace sonda

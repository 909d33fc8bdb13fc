#include "model/selection/haproxy.h"

#include <algorithm>
#include <cmath>

namespace sonda::haproxy
{

namespace
{

/** HAProxy's SRV_EWGHT_RANGE: how many numbers for its points a server has. */
constexpr std::uint32_t POINT_NUMBERS = MOST_EFFECTIVE;

/** Bob Jenkins' integer hash with full avalanche, spread over the ring by a prime near 3/4 of it.
 */
std::uint32_t
Spread(std::uint32_t number)
{
    number = (number + 0x7ed55d16) + (number << 12);
    number = (number ^ 0xc761c23c) ^ (number >> 19);
    number = (number + 0x165667b1) + (number << 5);
    number = (number + 0xd3a2646c) ^ (number << 9);
    number = (number + 0xfd7046c5) + (number << 3);
    number = (number ^ 0xb55a4f09) ^ (number >> 16);
    return number * 3221225473U;
}

} // namespace

std::int64_t
EffectiveWeight(double weight)
{
    return std::max<std::int64_t>(1, std::llround(weight * static_cast<double>(WEIGHT_SCALE)));
}

void
Ring::Look(const View& view)
{
    if (m_epoch == view.Epoch())
    {
        return;
    }
    m_epoch = view.Epoch();
    m_wanted.clear();
    double points = 0;
    std::int64_t most = MOST_EFFECTIVE;
    for (const AgentIndex agent : view.Candidates())
    {
        m_wanted.emplace_back(agent, EffectiveWeight(view.Table().Get(agent).report.weight));
        points += static_cast<double>(m_wanted.back().second);
        most = std::max(most, m_wanted.back().second);
    }
    if (m_wanted == m_holders)
    {
        return;
    }
    m_holders.swap(m_wanted);
    m_points.clear();
    const double share =
        std::min({1.0, MOST_POINTS / points, static_cast<double>(MOST_EFFECTIVE) / most});
    for (const auto& [agent, weight] : m_holders)
    {
        const auto count =
            std::max<std::int64_t>(1, std::llround(static_cast<double>(weight) * share));
        for (std::int64_t i = 0; i < count; ++i)
        {
            m_points.emplace_back(PlaceOf(agent, static_cast<std::uint32_t>(i)), agent);
        }
    }
    std::sort(m_points.begin(), m_points.end());
}

std::uint32_t
Ring::PlaceOf(AgentIndex agent, std::uint32_t point) const
{
    // HAProxy numbers its servers from 1 on.
    return m_version < 3 ? Spread((agent + 1) * POINT_NUMBERS + point)
                         : Spread(Spread(agent + 1) + point);
}

AgentIndex
Ring::Draw(RandomStream& random) const
{
    const auto place = static_cast<std::uint32_t>(random.Uniform() * 4294967296.0);
    auto next = std::lower_bound(m_points.begin(), m_points.end(), Point(place, 0));
    next = next == m_points.end() ? m_points.begin() : next;
    const auto before = next == m_points.begin() ? m_points.end() - 1 : next - 1;
    // Distances wrap around with the ring.
    const std::uint32_t back = place - before->first;
    const std::uint32_t ahead = next->first - place;
    return back <= ahead ? before->second : next->second;
}

} // namespace sonda::haproxy

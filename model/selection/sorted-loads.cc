#include "model/selection/sorted-loads.h"

#include <algorithm>
#include <cmath>

namespace sonda
{

bool
SortedLoads::Look(const View& view)
{
    if (view.IsSteady() && m_epoch == view.Epoch())
    {
        return false;
    }
    m_epoch = view.Epoch();
    m_loads.clear();
    for (const auto agent : view.Candidates())
    {
        const double load = view.Rank(agent);
        if (std::isfinite(load))
        {
            m_loads.push_back({load, agent});
        }
    }
    std::sort(m_loads.begin(),
              m_loads.end(),
              [](const Load& a, const Load& b) { return a.load < b.load; });
    return true;
}

Duration
RateWindow(const StatusTable& table)
{
    constexpr int RATE_INTERVALS = 10;
    return table.GetTiming().interval * RATE_INTERVALS;
}

} // namespace sonda

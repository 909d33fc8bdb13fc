#ifndef SONDA_MODEL_SELECTION_ATTENDANCE_H
#define SONDA_MODEL_SELECTION_ATTENDANCE_H

#include "model/selection/view.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace sonda
{

/**
 * Who came and who left among the candidates since the last look, for policies that keep an order
 * of their own. Not thread-safe.
 */
class Attendance
{
  public:
    /**
     * Calls \p left for each candidate of the last look that is none any more, then \p came for
     * each that was none, both by index. O(1), or O(n) where the view's epoch has changed.
     * \return whether the epoch has changed: weights may have, too
     */
    template <typename Left, typename Came>
    bool
    Look(const View& view, Left left, Came came)
    {
        if (m_epoch == view.Epoch())
        {
            return false;
        }
        m_epoch = view.Epoch();
        const auto& now = view.Candidates();
        if (m_present != now)
        {
            ForEachMissing(m_present, now, left);
            ForEachMissing(now, m_present, came);
            m_present = now;
        }
        return true;
    }

    /** The agent left the table: whoever has its index next is another one. */
    void
    Forget(AgentIndex agent)
    {
        const auto place = std::lower_bound(m_present.begin(), m_present.end(), agent);
        if (place != m_present.end() && *place == agent)
        {
            m_present.erase(place);
        }
    }

  private:
    template <typename Call>
    static void
    ForEachMissing(const std::vector<AgentIndex>& of, const std::vector<AgentIndex>& in, Call call)
    {
        auto place = in.begin();
        for (const AgentIndex agent : of)
        {
            while (place != in.end() && *place < agent)
            {
                ++place;
            }
            if (place == in.end() || *place != agent)
            {
                call(agent);
            }
        }
    }

    std::uint64_t m_epoch{0};
    std::vector<AgentIndex> m_present; //!< at the last look, by index
};

} // namespace sonda

#endif

#ifndef SONDA_REALNET_BALANCER_WAITING_LINES_H
#define SONDA_REALNET_BALANCER_WAITING_LINES_H

#include "model/base/time.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace sonda
{

/** Who asks for an agent. */
enum class Turn
{
    HAS_COME,  //!< was dispatched before, in vain
    IN_LINE,   //!< the first of a line
    AT_THE_END //!< a client that has just come
};

/**
 * The lines of clients that wait for an agent, one for each worker, taken for one line: the first
 * of them all is asked next, whichever worker has it. A client that comes while others wait goes
 * behind them, and a place that becomes free wakes who is first, not whoever asks next.
 *
 * Guarded by the balancer's mutex; the functions that wake are called outside of it.
 */
class WaitingLines
{
  public:
    using Wake = std::function<void()>;

    static constexpr std::size_t NO_LINE = static_cast<std::size_t>(-1);

    /** \param wake may be called by any thread; quick, never blocks \return its number */
    std::size_t
    Add(Wake wake)
    {
        m_lines.push_back({std::move(wake), std::nullopt});
        return m_lines.size() - 1;
    }

    /** \param waitBy of the first in \p line: by when it must be served; empty: nobody waits
     * \return whom to wake, as another one is the first of all now; may be empty */
    Wake
    Set(std::size_t line, std::optional<Instant> waitBy)
    {
        const std::size_t before = First();
        m_waiting += (waitBy ? 1 : 0);
        m_waiting -= (m_lines[line].waitBy ? 1 : 0);
        m_lines[line].waitBy = waitBy;
        const std::size_t now = First();
        return now != before && now != line && now != NO_LINE ? m_lines[now].wake : Wake();
    }

    /** \return whether it is the turn of \p line. */
    bool
    MayAsk(Turn turn, std::size_t line) const
    {
        return m_waiting == 0 || turn == Turn::HAS_COME ||
               (turn == Turn::IN_LINE && First() == line);
    }

    /** \return who is to be woken when a place may be free, unless \p line has it; may be empty */
    Wake
    FirstBut(std::size_t line) const
    {
        const std::size_t first = m_waiting == 0 ? NO_LINE : First();
        return first != NO_LINE && first != line ? m_lines[first].wake : Wake();
    }

  private:
    struct Line
    {
        Wake wake;
        std::optional<Instant> waitBy;
    };

    std::size_t
    First() const
    {
        std::size_t first = NO_LINE;
        for (std::size_t line = 0; line < m_lines.size(); ++line)
        {
            const auto& waitBy = m_lines[line].waitBy;
            if (waitBy && (first == NO_LINE || *waitBy < *m_lines[first].waitBy))
            {
                first = line;
            }
        }
        return first;
    }

    std::vector<Line> m_lines; //!< one for each worker
    std::size_t m_waiting{0};  //!< lines in which somebody waits
};

} // namespace sonda

#endif

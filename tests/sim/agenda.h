#ifndef SONDA_TESTS_SIM_AGENDA_H
#define SONDA_TESTS_SIM_AGENDA_H

#include "model/base/time.h"

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

namespace sonda::sim::test
{

/** Events in the order of their time, then of their making. Not thread-safe. */
class Agenda
{
  public:
    void
    Add(Instant at, std::function<void()> what)
    {
        m_events.push({at, m_order++, std::move(what)});
    }

    /** Does everything. \param due is called with the time of each event, before it */
    template <typename Due>
    void
    Run(Due due)
    {
        while (!m_events.empty())
        {
            const Event next = m_events.top();
            m_events.pop();
            due(next.at);
            now = next.at;
            next.what();
        }
    }

    Instant now{};

  private:
    struct Event
    {
        Instant at;
        std::uint64_t order;
        std::function<void()> what;

        bool
        operator<(const Event& other) const
        {
            return std::pair(at, order) > std::pair(other.at, other.order);
        }
    };

    std::priority_queue<Event> m_events;
    std::uint64_t m_order{0};
};

} // namespace sonda::sim::test

#endif

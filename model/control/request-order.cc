#include "model/control/request-order.h"

#include <algorithm>

namespace sonda
{

namespace
{

/** Requests overtake each other by milliseconds; in us. */
constexpr std::uint64_t REORDERING = 1'000'000;

} // namespace

bool
RequestOrder::Take(const ProbeRequest& request, const std::string& address, Instant now)
{
    Forget(now);
    std::uint64_t greatest = 0;
    for (Monitor& monitor : m_monitors)
    {
        if (monitor.address != address)
        {
            continue;
        }
        if (request.order && monitor.id == request.order->monitor)
        {
            return TakeNext(monitor, request.order->stamp, now);
        }
        greatest = std::max(greatest, monitor.last);
    }
    if (!request.order)
    {
        return greatest == 0; // whoever has stamped once goes on
    }
    if (request.order->stamp <= greatest)
    {
        return false;
    }
    Add(*request.order, address, now);
    return true;
}

bool
RequestOrder::TakeNext(Monitor& monitor, std::uint64_t stamp, Instant now)
{
    const bool isLate = stamp + REORDERING <= monitor.last;
    const bool wasTaken =
        std::find(monitor.recent.begin(), monitor.recent.end(), stamp) != monitor.recent.end();
    if (isLate || stamp <= monitor.floor || wasTaken)
    {
        return false;
    }
    std::uint64_t& oldest = monitor.recent[monitor.next];
    monitor.floor = std::max(monitor.floor, oldest);
    oldest = stamp;
    monitor.next = (monitor.next + 1) % RECENT;
    monitor.last = std::max(monitor.last, stamp);
    monitor.heard = now;
    return true;
}

void
RequestOrder::Add(const ProbeRequest::Order& order, const std::string& address, Instant now)
{
    if (m_monitors.size() >= MOST_MONITORS)
    {
        m_monitors.erase(std::min_element(m_monitors.begin(),
                                          m_monitors.end(),
                                          [](const Monitor& a, const Monitor& b)
                                          { return a.heard < b.heard; }));
    }
    Monitor monitor;
    monitor.address = address;
    monitor.id = order.monitor;
    monitor.last = order.stamp;
    monitor.floor = order.stamp; // whatever it sent before has not come, and may be recorded
    monitor.heard = now;
    m_monitors.push_back(std::move(monitor));
}

void
RequestOrder::Forget(Instant now)
{
    m_monitors.erase(std::remove_if(m_monitors.begin(),
                                    m_monitors.end(),
                                    [now](const Monitor& monitor)
                                    { return now - monitor.heard > MAX_HOLD; }),
                     m_monitors.end());
}

} // namespace sonda

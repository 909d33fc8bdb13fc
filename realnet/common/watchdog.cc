#include "realnet/common/watchdog.h"

#include "realnet/common/service-manager.h"

namespace sonda
{

Watchdog::Watchdog(asio::io_context& io, std::function<bool()> isAlive)
    : m_timer(io),
      m_isAlive(std::move(isAlive))
{
}

void
Watchdog::Start()
{
    if (const auto period = WatchdogPeriod())
    {
        Wait(*period);
    }
}

void
Watchdog::Wait(Duration period)
{
    if (m_isAlive())
    {
        NotifyManager("WATCHDOG=1");
    }
    m_timer.expires_after(period);
    m_timer.async_wait(
        [this, period](const asio::error_code& error)
        {
            if (!error)
            {
                Wait(period);
            }
        });
}

} // namespace sonda

#include "realnet/common/service-signals.h"

#include <csignal>
#include <utility>

namespace sonda
{

ServiceSignals::ServiceSignals(asio::io_context& io, Orders orders)
    : m_signals(io, SIGINT, SIGTERM, SIGUSR1),
      m_orders(std::move(orders))
{
    m_signals.add(SIGHUP);
}

void
ServiceSignals::Start()
{
    m_signals.async_wait(
        [this](const asio::error_code& error, int signal)
        {
            if (!error)
            {
                OnSignal(signal);
                Start();
            }
        });
}

void
ServiceSignals::OnSignal(int signal)
{
    if (signal == SIGUSR1)
    {
        m_orders.logCounters();
    }
    else if (signal == SIGHUP)
    {
        m_orders.reload();
    }
    else if (!m_ending)
    {
        m_ending = true;
        m_orders.end(signal);
    }
    else
    {
        m_orders.endNow(signal);
    }
}

} // namespace sonda

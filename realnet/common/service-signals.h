#ifndef SONDA_REALNET_COMMON_SERVICE_SIGNALS_H
#define SONDA_REALNET_COMMON_SERVICE_SIGNALS_H

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <functional>

namespace sonda
{

/**
 * The signals that every service heeds. They are caught as soon as this is there, and acted on from
 * Start() on. Belongs to the thread that runs the io_context.
 */
class ServiceSignals
{
  public:
    /** What a service does on which signal. */
    struct Orders
    {
        std::function<void()> logCounters; //!< SIGUSR1
        std::function<void()> reload;      //!< SIGHUP
        std::function<void(int)> end;      //!< the first SIGINT or SIGTERM; with its number
        std::function<void(int)> endNow;   //!< every further one of these two
    };

    ServiceSignals(asio::io_context& io, Orders orders);

    /** Begins to act on signals, those that came meanwhile included. */
    void Start();

  private:
    void OnSignal(int signal);

    asio::signal_set m_signals;
    Orders m_orders;
    bool m_ending{false};
};

} // namespace sonda

#endif

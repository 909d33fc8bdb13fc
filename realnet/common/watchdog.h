#ifndef SONDA_REALNET_COMMON_WATCHDOG_H
#define SONDA_REALNET_COMMON_WATCHDOG_H

#include "model/base/time.h"

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <functional>

namespace sonda
{

/**
 * Tells the service manager again and again that the program works, if it waits for that; who hangs
 * is ended and started anew. Belongs to the thread that runs the io_context.
 */
class Watchdog
{
  public:
    /** \param isAlive whether the rest of the program has answered since the last call */
    Watchdog(asio::io_context& io, std::function<bool()> isAlive);

    /** Begins; does nothing without a service manager that waits. */
    void Start();

  private:
    void Wait(Duration period);

    asio::steady_timer m_timer;
    std::function<bool()> m_isAlive;
};

} // namespace sonda

#endif

#ifndef SONDA_REALNET_AGENT_SERVER_CONNECTIONS_H
#define SONDA_REALNET_AGENT_SERVER_CONNECTIONS_H

#include "model/base/time.h"
#include "realnet/agent/ended-connections.h"
#include "realnet/common/log.h"

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <optional>

namespace sonda
{

/**
 * How many connections the served port has, and the moments at which it has fewer.
 *
 * A count makes the kernel walk through all its TCP sockets, which takes a millisecond of CPU and
 * more. So one count serves everybody who asks within a period, or within five times as long as it
 * took. While falls are watched the kernel tells of each connection that ends; it is then counted
 * at once, or as soon as that time is over. Belongs to the thread that runs the io_context.
 */
class ServerConnections
{
  public:
    /** \param before connections before the fall, as far as can be known \param after after it */
    using OnFall = std::function<void(std::uint32_t before, std::uint32_t after)>;

    /**
     * \param io must outlive the object
     * \param period least time between two counts
     * \param onFall is called while falls are watched, each time that connections have ended
     */
    ServerConnections(asio::io_context& io, Endpoint server, Duration period, OnFall onFall);
    ServerConnections(const ServerConnections&) = delete;
    ServerConnections& operator=(const ServerConnections&) = delete;
    ~ServerConnections();

    void
    SetPeriod(Duration period)
    {
        m_period = period;
    }

    /** \return established connections, at most a period ago; nothing: the kernel cannot say. */
    std::optional<std::uint32_t> Count(Instant now);

    /** Begins or ends to watch for falls; may be called as often as one likes. */
    void Watch(bool wanted);

  private:
    void CountAnew(Instant now);
    void Open();
    void Close();
    void Wait();
    void TakeEnded();
    void TellFall();

    Endpoint m_server;
    Duration m_period;
    OnFall m_onFall;
    std::optional<std::uint32_t> m_count;
    Instant m_nextCount{};                     //!< not earlier
    std::optional<EndedConnections> m_endings; //!< while falls are watched
    asio::posix::stream_descriptor m_readable; //!< waits for m_endings; does not own it
    asio::steady_timer m_countTimer;
    std::uint32_t m_ended{0}; //!< not told of yet
    LogLimiter m_errorLog;
};

} // namespace sonda

#endif

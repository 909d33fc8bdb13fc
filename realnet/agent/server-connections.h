#ifndef SONDA_REALNET_AGENT_SERVER_CONNECTIONS_H
#define SONDA_REALNET_AGENT_SERVER_CONNECTIONS_H

#include "model/base/time.h"
#include "realnet/agent/connection-counter.h"
#include "realnet/agent/ended-connections.h"
#include "realnet/common/log.h"
#include "realnet/common/system-files.h"

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sonda
{

/**
 * How many connections the served port has, and the moments at which it has fewer.
 *
 * A count makes the kernel walk through its whole table of TCP connections, which takes a
 * millisecond of CPU and more. So one count serves everybody who asks within a period, or within
 * five times as long as it took; and as long as the kernel's own counters say that no connection of
 * this network namespace has begun or ended, the last one still holds (for five seconds where there
 * is other traffic: see Standstill). Where all connections of the namespace are few, they are
 * looked up one by one instead: if the kernel counts as many as are known and still stand, there
 * are no others. Only what its server half-closed as soon as it began is then noticed five seconds
 * later. While falls are watched the kernel tells of each connection that ends; it is then counted
 * at once, or as soon as that time is over.
 *
 * Without a listener in sight there is no count: the server's connections may be in another network
 * namespace (containers), which is not the same as none. The log tells once when that begins and
 * once when it is over. Belongs to the thread that runs the io_context.
 */
class ServerConnections
{
  public:
    /** \param before connections before the fall, as far as can be known \param after after it */
    using OnFall = std::function<void(std::uint32_t before, std::uint32_t after)>;

    /**
     * \param io must outlive the object
     * \param files must outlive the object
     * \param period least time between two counts
     * \param onFall is called while falls are watched, each time that connections have ended
     */
    ServerConnections(asio::io_context& io,
                      const SystemFiles& files,
                      Endpoint server,
                      Duration period,
                      OnFall onFall);
    ServerConnections(const ServerConnections&) = delete;
    ServerConnections& operator=(const ServerConnections&) = delete;
    ~ServerConnections();

    void
    SetPeriod(Duration period)
    {
        m_period = period;
    }

    /** Counts those of another server from now on. */
    void SetServer(Endpoint server);

    /** \return connections that are not over, at most a period ago; nothing: not known. */
    std::optional<std::uint32_t> Count(Instant now);

    /** Begins or ends to watch for falls; may be called as often as one likes. */
    void Watch(bool wanted);

    /** \return how often the kernel's table was walked through. */
    std::uint64_t
    Walks() const
    {
        return m_walks;
    }

  private:
    /** A walk through the kernel's table. */
    struct Walk
    {
        ConnectionCount count;
        std::optional<TcpActivity> before; //!< what the kernel had counted when it began
        /** Where there are few: all connections of the network namespace. */
        std::optional<std::vector<SocketName>> all;
        Instant at;
    };

    void CountAnew(Instant now);
    Expected<std::uint32_t> TakeCount(Instant now);
    bool StillHolds(const Walk& walk,
                    const std::optional<TcpActivity>& activity,
                    Instant now) const;
    void TellWhetherKnown(const std::optional<Error>& why);
    void Open();
    void Close();
    void Wait();
    void TakeEnded();
    void TellFall();

    const SystemFiles& m_files;
    Endpoint m_server;
    Duration m_period;
    OnFall m_onFall;
    std::optional<std::uint32_t> m_count;
    std::optional<Walk> m_walk; //!< the last one
    std::uint64_t m_walks{0};
    Instant m_nextCount{};                     //!< not earlier
    std::string m_whyUnknown;                  //!< empty: known
    std::optional<EndedConnections> m_endings; //!< while falls are watched
    asio::posix::stream_descriptor m_readable; //!< waits for m_endings; does not own it
    asio::steady_timer m_countTimer;
    std::uint32_t m_ended{0}; //!< not told of yet
    LogLimiter m_errorLog;
};

} // namespace sonda

#endif

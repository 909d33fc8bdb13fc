#ifndef SONDA_REALNET_ADMIN_HTTP_SERVER_H
#define SONDA_REALNET_ADMIN_HTTP_SERVER_H

#include "model/base/time.h"
#include "realnet/admin/bounded-task-queue.h"
#include "realnet/common/descriptor.h"
#include "realnet/common/log.h"

#include <chrono>
#include <cstddef>
#include <httplib.h>
#include <string>

namespace sonda
{

/**
 * The HTTP library's server for clients that nobody vouches for: one bounded request a connection
 * (RequestStream), and no ranges, of which a short request can name thousands. Clients are taken
 * here, because the library gives its listener up when the kernel is short of memory or files, and
 * forgets a stop() that comes before its loop runs.
 */
class HttpServer : private httplib::Server
{
  public:
    using httplib::Server::set_default_headers;
    using httplib::Server::set_pre_routing_handler;
    using httplib::Server::set_socket_options;
    using httplib::Server::set_tcp_nodelay;
    using HandlerResponse = httplib::Server::HandlerResponse;

    /** Some hundred times what a browser sends. */
    static constexpr std::size_t MOST_REQUEST_BYTES = 64 * 1024;
    /** A client that has not sent its whole request after this is dropped. */
    static constexpr Duration REQUEST_PATIENCE = std::chrono::seconds(5);
    /** So is one that is silent for so long within its request, or before it. */
    static constexpr Duration READ_PATIENCE = std::chrono::seconds(1);
    /** So is one that does not read its answer for so long. */
    static constexpr Duration WRITE_PATIENCE = std::chrono::seconds(3);

    /**
     * Binds and listens; once.
     * \param port 0: the kernel chooses
     * \return the port, or -1 with errno
     */
    int Bind(const std::string& address, int port);

    /** Answers clients on threads of its own until Stop(); needs Bind(). Any thread, once. */
    void Serve();

    /** Ends Serve(), also one that is yet to begin; not what is being written. Any thread. */
    void Stop();

  private:
    void Take(BoundedTaskQueue& queue);
    void Answer(int socket);

    Descriptor m_listener;
    Descriptor m_stop; //!< an eventfd, readable from Stop() on
    LogLimiter m_log;
};

} // namespace sonda

#endif

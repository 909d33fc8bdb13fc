#include "realnet/admin/http-server.h"

#include "realnet/admin/admin-limits.h"
#include "realnet/admin/request-stream.h"
#include "realnet/common/clock.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace sonda
{

namespace
{

/** Short beside what a person notices, long beside what a trial costs. */
constexpr int PAUSE_MS = 50;

/** \return whether another client may be taken at once. */
bool
IsOfOneClient(int error)
{
    return error == EINTR || error == EAGAIN || error == EWOULDBLOCK || error == ECONNABORTED;
}

} // namespace

int
HttpServer::Bind(const std::string& address, int port)
{
    m_stop = Descriptor(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    if (!m_stop)
    {
        return -1;
    }
    if (port == 0)
    {
        port = bind_to_any_port(address);
    }
    else if (!bind_to_port(address, port))
    {
        port = -1;
    }
    m_listener = Descriptor(svr_sock_);
    // A client may have left before it is taken.
    if (port < 0 || fcntl(m_listener.Get(), F_SETFL, O_NONBLOCK) != 0)
    {
        return -1;
    }
    return port;
}

void
HttpServer::Serve()
{
    BoundedTaskQueue queue(ADMIN_THREADS, ADMIN_WAITING);
    std::array<pollfd, 2> wanted{{{m_stop.Get(), POLLIN, 0}, {m_listener.Get(), POLLIN, 0}}};
    while (poll(wanted.data(), wanted.size(), -1) < 0 || wanted[0].revents == 0)
    {
        Take(queue);
    }
    m_listener.Close(); // new clients are refused instead of waiting for nobody
    queue.shutdown();
}

void
HttpServer::Take(BoundedTaskQueue& queue)
{
    const int socket = accept4(m_listener.Get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0)
    {
        queue.enqueue([this, socket] { Answer(socket); });
        return;
    }
    if (IsOfOneClient(errno))
    {
        return;
    }
    const Error why = SystemError("the admin listener takes no clients now");
    if (const auto silenced = m_log.Allow(Now()))
    {
        spdlog::warn("{}; they wait in the kernel{}", why.message, Silenced(*silenced));
    }
    pollfd stop{m_stop.Get(), POLLIN, 0};
    poll(&stop, 1, PAUSE_MS);
}

void
HttpServer::Answer(int socket)
{
    const Descriptor owner(socket);
    RequestStream stream(socket,
                         m_stop.Get(),
                         {MOST_REQUEST_BYTES, REQUEST_PATIENCE, READ_PATIENCE, WRITE_PATIENCE});
    bool closed = false;
    process_request(stream,
                    true, // an idle connection would hold a thread
                    closed,
                    [](httplib::Request& request) { request.ranges.clear(); });
    shutdown(socket, SHUT_RDWR);
}

void
HttpServer::Stop()
{
    svr_sock_ = INVALID_SOCKET; // the library ends answers without an end
    eventfd_write(m_stop.Get(), 1);
}

} // namespace sonda

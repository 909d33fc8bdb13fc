#include "realnet/proxy/listener.h"

#include "realnet/common/keep-alive.h"
#include "realnet/common/socket-address.h"

#include <cerrno>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sonda
{

namespace
{

/**
 * Accepted sockets inherit them: system calls less for each of them. An urgent byte stays in the
 * stream, or the kernel would take it out and a relay would lose it.
 */
bool
SetInheritedOptions(int socket, Duration keepAlive)
{
    const int on = 1;
    SetKeepAlive(socket, keepAlive);
    return setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0 &&
           setsockopt(socket, SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on)) == 0;
}

} // namespace

Expected<Listener>
Listen(const Endpoint& at, int backlog, Duration keepAlive)
{
    const std::string where = "--listen: " + ToString(at);
    Listener listener;
    const SocketAddress address(at);
    listener.socket =
        Descriptor(socket(address.Family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int fd = listener.socket.Get();
    const int on = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        !SetInheritedOptions(fd, keepAlive))
    {
        return SystemError(where);
    }
    if (bind(fd, address.Raw(), address.Size()) != 0)
    {
        const bool forbidden = errno == EACCES;
        Error error = SystemError(where);
        error.message += forbidden ? " (ports below 1024 are for root or CAP_NET_BIND_SERVICE; "
                                     "--listen 8080 needs neither)"
                                   : "";
        return error;
    }
    if (listen(fd, backlog) != 0)
    {
        return SystemError(where);
    }
    listener.at = LocalAddress(fd).ToEndpoint();
    return listener;
}

Expected<Listener>
AdoptListener(Descriptor socket, Duration keepAlive)
{
    if (!SetInheritedOptions(socket.Get(), keepAlive))
    {
        return SystemError("inherited socket");
    }
    const Endpoint at = LocalAddress(socket.Get()).ToEndpoint();
    return Listener{std::move(socket), at, true};
}

} // namespace sonda

#include "realnet/proxy/listener.h"

#include "realnet/common/socket-address.h"
#include "realnet/common/tcp-options.h"

#include <cerrno>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sonda
{

namespace
{

/**
 * Accepted sockets inherit them: system calls less for each of them. An urgent byte stays in the
 * stream, or the kernel would take it out and a relay would lose it. Closing means a reset until a
 * connection has come to its proper end: should this process die, no client takes half an answer
 * for a whole one.
 */
bool
SetInheritedOptions(int socket, Duration keepAlive)
{
    const int on = 1;
    SetKeepAlive(socket, keepAlive);
    CloseByReset(socket, true);
    return setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0 &&
           setsockopt(socket, SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on)) == 0;
}

/** \return what may help, for the reason in errno. */
const char*
Hint()
{
    switch (errno)
    {
    case EACCES:
        return " (ports below 1024 are for root or CAP_NET_BIND_SERVICE; --listen 8080 needs "
               "neither)";
    case EADDRINUSE:
        return " (another program listens there, or sonda-proxy.socket: ss -ltnp tells)";
    case EADDRNOTAVAIL:
        return " (no interface of this machine has the address now; where it moves between "
               "machines, net.ipv4.ip_nonlocal_bind=1 and net.ipv6.ip_nonlocal_bind=1 allow it)";
    default:
        return "";
    }
}

} // namespace

Expected<Listener>
Listen(const Endpoint& at, int backlog, Duration keepAlive, bool onlyIpv6)
{
    const std::string where = "--listen: " + ToString(at);
    Listener listener;
    const SocketAddress address(at);
    listener.socket =
        Descriptor(socket(address.Family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int fd = listener.socket.Get();
    const int on = 1;
    // Whatever net.ipv6.bindv6only says.
    const int only = onlyIpv6 ? 1 : 0;
    const bool isIpv6 = address.Family() == AF_INET6;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        (isIpv6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only)) != 0) ||
        !SetInheritedOptions(fd, keepAlive))
    {
        return SystemError(where);
    }
    if (bind(fd, address.Raw(), address.Size()) != 0 || listen(fd, backlog) != 0)
    {
        const char* const hint = Hint();
        Error error = SystemError(where);
        error.message += hint;
        return error;
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

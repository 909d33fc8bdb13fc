#include "realnet/proxy/listener.h"

#include "realnet/common/socket-address.h"

#include <cerrno>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sonda
{

namespace
{

/** The kernel cuts it down to net.core.somaxconn. At the limit of connections this is the queue. */
constexpr int BACKLOG = 65535;

} // namespace

Expected<Listener>
Listen(const Endpoint& at)
{
    const std::string where = "--listen: " + ToString(at);
    Listener listener;
    listener.socket = Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int fd = listener.socket.Get();
    const int on = 1;
    // Accepted sockets inherit TCP_NODELAY: one system call less for each of them.
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
    {
        return SystemError(where);
    }
    sockaddr_in address = SocketAddress(at.address, at.port);
    if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    {
        const bool forbidden = errno == EACCES;
        Error error = SystemError(where);
        error.message += forbidden ? " (ports below 1024 are for root or CAP_NET_BIND_SERVICE; "
                                     "--listen 8080 needs neither)"
                                   : "";
        return error;
    }
    socklen_t size = sizeof(address);
    if (listen(fd, BACKLOG) != 0 ||
        getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    {
        return SystemError(where);
    }
    listener.at = {AddressText(address), ntohs(address.sin_port)};
    return listener;
}

} // namespace sonda

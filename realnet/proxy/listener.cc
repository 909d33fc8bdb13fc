#include "realnet/proxy/listener.h"

#include "realnet/common/keep-alive.h"
#include "realnet/common/socket-address.h"

#include <cerrno>
#include <netinet/tcp.h>
#include <optional>
#include <sys/socket.h>

namespace sonda
{

namespace
{

/** Accepted sockets inherit them: system calls less for each of them. */
bool
SetInheritedOptions(int socket, Duration keepAlive)
{
    const int on = 1;
    SetKeepAlive(socket, keepAlive);
    return setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0;
}

std::optional<Endpoint>
LocalEndpoint(int socket)
{
    sockaddr_in address{};
    socklen_t size = sizeof(address);
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    {
        return std::nullopt;
    }
    return Endpoint{AddressText(address), ntohs(address.sin_port)};
}

} // namespace

Expected<Listener>
Listen(const Endpoint& at, int backlog, Duration keepAlive)
{
    const std::string where = "--listen: " + ToString(at);
    Listener listener;
    listener.socket = Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int fd = listener.socket.Get();
    const int on = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        !SetInheritedOptions(fd, keepAlive))
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
    if (listen(fd, backlog) != 0)
    {
        return SystemError(where);
    }
    const auto endpoint = LocalEndpoint(fd);
    if (!endpoint)
    {
        return SystemError(where);
    }
    listener.at = *endpoint;
    return listener;
}

Expected<Listener>
AdoptListener(Descriptor socket, Duration keepAlive)
{
    const auto endpoint = LocalEndpoint(socket.Get());
    if (!endpoint || !SetInheritedOptions(socket.Get(), keepAlive))
    {
        return SystemError("inherited socket");
    }
    return Listener{std::move(socket), *endpoint, true};
}

} // namespace sonda

#include "realnet/admin/admin-server.h"

#include "realnet/common/socket-address.h"

#include <arpa/inet.h>

/** The part of AdminServer that begins and ends; what it answers is in admin-answers.cc. */
namespace sonda
{

AdminServer::AdminServer(std::optional<AdminToken> token, Drain drain, bool loopback)
    : m_token(token),
      m_drain(std::move(drain)),
      m_loopback(loopback)
{
}

Expected<std::unique_ptr<AdminServer>>
AdminServer::Open(const Endpoint& at, std::optional<AdminToken> token, Drain drain)
{
    std::unique_ptr<AdminServer> server(new AdminServer(token, std::move(drain), IsLoopback(at)));
    auto listener = HttpListener::Open(at,
                                       [server = server.get()](const HttpRequest& request)
                                       { return server->Route(request); });
    if (!listener)
    {
        return Error{"--admin: " + listener.GetError().message +
                     "; give it another port, or --admin off"};
    }
    server->m_listener = std::move(*listener);
    return server;
}

bool
AdminServer::IsLoopback(const Endpoint& at)
{
    const SocketAddress address(at);
    return address.Family() == AF_INET6 ? IN6_IS_ADDR_LOOPBACK(&address.V6())
                                        : ntohl(address.V4().s_addr) >> 24 == IN_LOOPBACKNET;
}

void
AdminServer::SetToken(std::optional<AdminToken> token)
{
    const std::lock_guard lock(m_tokenMutex);
    m_token = token;
}

std::optional<AdminToken>
AdminServer::Token() const
{
    const std::lock_guard lock(m_tokenMutex);
    return m_token;
}

} // namespace sonda

#include "realnet/admin/admin-server.h"

#include "realnet/common/descriptor.h"
#include "realnet/common/socket-address.h"

#include <arpa/inet.h>
#include <cerrno>
#include <sys/socket.h>

/** The part of AdminServer that listens; what it answers is in admin-answers.cc. */
namespace sonda
{

namespace
{

/** The library would set SO_REUSEPORT: a second proxy would take every other request. */
void
SetSocketOptions(socket_t socket)
{
    const int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}

} // namespace

AdminServer::AdminServer(std::optional<AdminToken> token, Drain drain)
    : m_token(token),
      m_drain(std::move(drain))
{
    m_server.set_socket_options(SetSocketOptions);
    m_server.set_tcp_nodelay(true);
    m_server.set_default_headers({
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
         "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cache-Control", "no-store"},
    });
    m_server.set_pre_routing_handler(
        [this](const Request& request, Response& response)
        {
            Route(request, response);
            return HttpServer::HandlerResponse::Handled;
        });
}

AdminServer::~AdminServer()
{
    Stop();
}

Expected<std::unique_ptr<AdminServer>>
AdminServer::Open(const Endpoint& at, std::optional<AdminToken> token, Drain drain)
{
    std::unique_ptr<AdminServer> server(new AdminServer(token, std::move(drain)));
    if (auto error = server->Bind(at))
    {
        return *error;
    }
    return server;
}

bool
AdminServer::IsLoopback(const Endpoint& at)
{
    const SocketAddress address(at);
    return address.Family() == AF_INET6 ? IN6_IS_ADDR_LOOPBACK(&address.V6())
                                        : ntohl(address.V4().s_addr) >> 24 == IN_LOOPBACKNET;
}

std::optional<Error>
AdminServer::Bind(const Endpoint& at)
{
    m_at = at;
    m_loopback = IsLoopback(at);
    errno = 0;
    const int port = m_server.Bind(at.address, at.port);
    if (port < 0)
    {
        Error error = SystemError("--admin: " + ToString(at));
        error.message += "; give it another port, or --admin off";
        return error;
    }
    m_at.port = static_cast<std::uint16_t>(port);
    return std::nullopt;
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

void
AdminServer::Start()
{
    m_thread = std::thread([this] { m_server.Serve(); });
}

void
AdminServer::Stop()
{
    m_board.Close();
    if (m_thread.joinable())
    {
        m_server.Stop();
        m_thread.join();
    }
}

} // namespace sonda

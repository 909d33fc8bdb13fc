#include "realnet/worker/greeter.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>

namespace sonda
{

Greeter::Greeter(std::shared_ptr<const RelaySettings> settings)
    : m_settings(std::move(settings)),
      m_waiting(m_settings->rules.connect)
{
}

void
Greeter::SetSettings(std::shared_ptr<const RelaySettings> settings, Instant now)
{
    m_settings = std::move(settings);
    m_waiting.SetTimeout(m_settings->rules.connect, now);
}

bool
Greeter::IsTrusted(const Connection& connection) const
{
    return std::any_of(m_settings->trusted.begin(),
                       m_settings->trusted.end(),
                       [&](const Network& n) { return n.Contains(connection.m_source); });
}

void
Greeter::Await(Connection& connection, Instant now)
{
    m_waiting.Restart(connection.m_begin, now);
}

/** Looks at what has come without taking it, so that not a byte behind the header is touched. */
Greeter::Outcome
Greeter::Take(Connection& connection)
{
    const int client = connection.m_client.Get();
    std::array<char, MOST_HEADER_BYTES> bytes;
    const ssize_t n = recv(client, bytes.data(), bytes.size(), MSG_PEEK);
    if (n < 0 && errno == EAGAIN)
    {
        return Outcome::INCOMPLETE;
    }
    if (n <= 0)
    {
        // An end as a reset: whoever looks whether somebody listens has nothing to say.
        return Outcome::GONE;
    }
    const ProxyHeader header = ParseProxyHeader({bytes.data(), static_cast<std::size_t>(n)});
    const bool isEnded = connection.m_relay.From(Side::CLIENT).PeerClosed();
    if (header.outcome == ProxyHeader::Outcome::INCOMPLETE && !isEnded)
    {
        return Outcome::INCOMPLETE;
    }
    if (header.outcome != ProxyHeader::Outcome::COMPLETE ||
        recv(client, bytes.data(), header.length, 0) != static_cast<ssize_t>(header.length))
    {
        return Outcome::BAD;
    }
    if (header.ends)
    {
        connection.m_source = header.ends->source;
        connection.m_destination = header.ends->destination;
    }
    connection.m_begin.Leave();
    return Outcome::TAKEN;
}

bool
Greeter::Greets() const
{
    return m_settings->proxyProtocol != ProxyProtocol::OFF;
}

bool
Greeter::Send(const Connection& connection) const
{
    if (!Greets())
    {
        return true;
    }
    const SocketAddress destination =
        connection.m_destination.value_or(LocalAddress(connection.m_client.Get()));
    const std::string header =
        MakeProxyHeader(m_settings->proxyProtocol, {connection.m_source, destination});
    // The empty buffer of a new connection takes it whole.
    const ssize_t n = send(connection.m_server.Get(), header.data(), header.size(), MSG_NOSIGNAL);
    if (n >= 0 && n < static_cast<ssize_t>(header.size()))
    {
        errno = ENOBUFS;
    }
    return n == static_cast<ssize_t>(header.size());
}

} // namespace sonda

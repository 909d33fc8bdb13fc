#include "realnet/worker/worker.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>

/** The part of Worker that takes and sends headers of the PROXY protocol. */
namespace sonda
{

bool
Worker::IsTrusted(const Connection& connection) const
{
    return std::any_of(m_settings->trusted.begin(),
                       m_settings->trusted.end(),
                       [&](const Network& n) { return n.Contains(connection.m_source); });
}

void
Worker::AwaitGreeting(Connection& connection)
{
    connection.m_phase = Phase::GREETING;
    m_greeting.Restart(connection, m_now);
}

/** Looks at what has come without taking it, so that not a byte behind the header is touched. */
void
Worker::TakeGreeting(Connection& connection)
{
    const int client = connection.m_client.Get();
    std::array<char, MOST_HEADER_BYTES> bytes;
    const ssize_t n = recv(client, bytes.data(), bytes.size(), MSG_PEEK);
    if (n < 0 && errno == EAGAIN)
    {
        return;
    }
    if (n == 0)
    {
        // As with a reset: whoever looks whether somebody listens has nothing to say.
        m_shared.counters.clientsGone.Add();
        ResetBoth(connection, {"gone", "client"});
        return;
    }
    ProxyHeader header;
    if (n > 0)
    {
        header = ParseProxyHeader({bytes.data(), static_cast<std::size_t>(n)});
    }
    const bool isEnded = connection.m_relay.From(Side::CLIENT).PeerClosed();
    if (header.outcome == ProxyHeader::Outcome::INCOMPLETE && !isEnded)
    {
        return; // more bytes are another event
    }
    const bool isTaken =
        header.outcome == ProxyHeader::Outcome::COMPLETE &&
        recv(client, bytes.data(), header.length, 0) == static_cast<ssize_t>(header.length);
    if (!isTaken)
    {
        Reject(connection,
               m_shared.counters.badGreetings,
               m_shared.greetingLog,
               ToString(connection.m_source.ToEndpoint()) +
                   ", a trusted proxy, sent no header of the PROXY protocol",
               "bad-header");
        return;
    }
    if (header.ends)
    {
        connection.m_source = header.ends->source;
        connection.m_destination = header.ends->destination;
    }
    connection.m_phase = Phase::WAITING;
    connection.Leave();
    ConnectNext(connection);
}

/** \return whether the server has the header; else errno says why not */
bool
Worker::SendGreeting(const Connection& connection)
{
    if (m_settings->proxyProtocol == ProxyProtocol::OFF)
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

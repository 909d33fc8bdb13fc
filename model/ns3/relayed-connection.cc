#include "model/ns3/relayed-connection.h"

#include "model/ns3/adapters.h"
#include "model/ns3/proxy-application.h"

#include "ns3/inet-socket-address.h"

#include <algorithm>

namespace sonda::sim
{

RelayedConnection::RelayedConnection(ProxyApplication& proxy, ns3::Ptr<ns3::Socket> client)
    : CarriedConnection(Now()),
      m_proxy(proxy),
      m_stack(client->GetNode())
{
    At(Side::CLIENT).connection = std::make_unique<TcpConnection>(*this, client);
}

RelayedConnection::End&
RelayedConnection::At(Side side)
{
    return m_ends[static_cast<std::size_t>(side)];
}

Side
RelayedConnection::SideOf(const TcpConnection& connection) const
{
    return &connection == m_ends[0].connection.get() ? Side::CLIENT : Side::SERVER;
}

void
RelayedConnection::Connect()
{
    const Endpoint server = m_proxy.GetBalancer().Table().Get(Agent()).server;
    const ns3::InetSocketAddress to(ns3::Ipv4Address(server.address.c_str()), server.port);
    At(Side::SERVER).connection = std::make_unique<TcpConnection>(*this, m_stack, to);
}

void
RelayedConnection::OnRetry(Retry why)
{
    At(Side::SERVER) = End();
    if (why == Retry::RESET)
    {
        m_relay = Relay();
        Hear(Side::CLIENT);
    }
}

void
RelayedConnection::OnEnded(const ConnectionEnd&)
{
    for (const End& end : m_ends)
    {
        if (end.connection)
        {
            end.connection->Close();
        }
    }
    m_proxy.Forget(*this);
}

void
RelayedConnection::OnConnected(TcpConnection&)
{
    m_proxy.Connected(*this);
    Serve();
}

void
RelayedConnection::OnReadable(TcpConnection& connection)
{
    Hear(SideOf(connection));
    Serve();
}

void
RelayedConnection::OnWritable(TcpConnection&)
{
    Serve();
}

void
RelayedConnection::OnEnd(TcpConnection& connection)
{
    const Side side = SideOf(connection);
    At(side).ended = true;
    Hear(side);
    Serve();
}

void
RelayedConnection::OnFailed(TcpConnection& connection, TcpFailure)
{
    const Side side = SideOf(connection);
    if (!IsStanding())
    {
        side == Side::CLIENT ? m_proxy.ClientGone(*this) : m_proxy.ConnectFailed(*this);
        return;
    }
    At(side).failed = true;
    Hear(side);
    Serve();
}

/** Tells the relay how an end is. */
void
RelayedConnection::Hear(Side side)
{
    const End& end = At(side);
    SocketEvents events;
    events.readable = end.connection->Readable() > 0 || end.ended;
    events.peerClosed = end.ended || end.failed;
    events.broken = end.failed;
    m_relay.OnEvents(side, events);
}

/** One pass of the relay, and what becomes of the connection. */
void
RelayedConnection::Serve()
{
    if (!IsStanding())
    {
        return;
    }
    m_relay.StartPass();
    Pump(Side::CLIENT);
    Pump(Side::SERVER);
    const bool isSilent = At(Side::SERVER).bytes == 0;
    switch (m_relay.State())
    {
    case RelayState::RUNNING:
        m_proxy.Moved(*this);
        break;
    case RelayState::HALF_CLOSED:
        m_proxy.HalfClosed(*this, m_relay.EndedFirst());
        break;
    case RelayState::FINISHED:
        m_proxy.Finished(*this, isSilent);
        break;
    case RelayState::ABORTED:
        const bool isUntouched = isSilent && At(Side::CLIENT).bytes == 0 &&
                                 !At(Side::CLIENT).ended && !At(Side::SERVER).ended;
        m_proxy.Aborted(*this, m_relay.Gone(), isUntouched, isSilent);
        break;
    }
}

void
RelayedConnection::Pump(Side source)
{
    RelayDirection& direction = m_relay.From(source);
    while (true)
    {
        switch (direction.Next())
        {
        case RelayStep::WAIT:
            return;
        case RelayStep::RECEIVE:
            Receive(source);
            break;
        case RelayStep::SEND:
        case RelayStep::DRAIN:
            Send(source);
            break;
        case RelayStep::FILL:
            direction.OnNoPipe();
            break;
        case RelayStep::END:
            At(Other(source)).connection->EndSending();
            direction.OnEndPassed();
            break;
        }
    }
}

void
RelayedConnection::Receive(Side source)
{
    RelayDirection& direction = m_relay.From(source);
    End& end = At(source);
    const std::size_t asked = direction.ReadSize();
    end.held = end.connection->Receive(static_cast<std::uint32_t>(asked));
    if (end.held)
    {
        end.bytes += end.held->GetSize();
        direction.OnRead(end.held->GetSize(), asked);
    }
    else if (end.ended)
    {
        direction.OnEnd();
    }
    else if (end.failed)
    {
        m_relay.OnReadFailed(source);
    }
    else
    {
        direction.OnDry();
    }
}

void
RelayedConnection::Send(Side source)
{
    RelayDirection& direction = m_relay.From(source);
    End& end = At(source);
    TcpConnection& sink = *At(Other(source)).connection;
    const std::uint32_t size = std::min(sink.Room(), end.held->GetSize());
    if (size == 0 || !sink.Send(end.held->CreateFragment(0, size)))
    {
        direction.OnBlocked(); // room for more is told; a failure, too
        return;
    }
    end.held->RemoveAtStart(size);
    direction.OnWritten(size);
}

} // namespace sonda::sim

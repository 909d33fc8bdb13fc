#include "model/ns3/relay.h"

#include "model/ns3/adapters.h"

#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace sonda::sim
{

NS_LOG_COMPONENT_DEFINE("SondaRelay");

using SocketPtr = ns3::Ptr<ns3::Socket>;

Relay::Relay(RelayOwner& owner, SocketPtr client, ns3::Time connectTimeout)
    : m_owner(owner),
      m_connectTimeout(connectTimeout)
{
    m_client.socket = client;
}

Relay::~Relay()
{
    m_timeout.Cancel();
    Release(m_client);
    Release(m_server);
}

void
Relay::Start()
{
    Watch(m_client);
    ConnectNext();
}

void
Relay::Watch(Side& side)
{
    side.socket->SetRecvCallback(ns3::MakeCallback(&Relay::OnReadable, this));
    side.socket->SetSendCallback(ns3::MakeCallback(&Relay::OnWritable, this));
    side.socket->SetCloseCallbacks(ns3::MakeCallback(&Relay::OnEnd, this),
                                   ns3::MakeCallback(&Relay::OnReset, this));
}

void
Relay::Release(Side& side)
{
    if (!side.socket)
    {
        return;
    }
    const auto nothing = ns3::MakeNullCallback<void, SocketPtr>();
    side.socket->SetConnectCallback(nothing, nothing);
    side.socket->SetRecvCallback(nothing);
    side.socket->SetSendCallback(ns3::MakeNullCallback<void, SocketPtr, std::uint32_t>());
    side.socket->SetCloseCallbacks(nothing, nothing);
    side.socket->Close();
    side.socket = nullptr;
}

void
Relay::ConnectNext()
{
    m_agent = m_owner.Dispatch();
    if (!m_agent)
    {
        NS_LOG_INFO("no agent; the client is turned away");
        Finish(false);
        return;
    }
    m_dispatched = ns3::Simulator::Now();
    const Endpoint server = m_owner.EndpointOf(*m_agent);
    m_server.socket = m_owner.OpenUpstream(m_client.socket->GetNode());
    m_server.socket->SetConnectCallback(ns3::MakeCallback(&Relay::OnConnected, this),
                                        ns3::MakeCallback(&Relay::OnConnectFailed, this));
    m_server.socket->SetCloseCallbacks(ns3::MakeNullCallback<void, SocketPtr>(),
                                       ns3::MakeCallback(&Relay::OnConnectFailed, this));
    m_timeout =
        ns3::Simulator::Schedule(m_connectTimeout, &Relay::OnConnectFailed, this, m_server.socket);
    m_server.socket->Connect(
        ns3::InetSocketAddress(ns3::Ipv4Address(server.address.c_str()), server.port));
}

void
Relay::OnConnected(SocketPtr)
{
    m_timeout.Cancel();
    m_connected = true;
    m_owner.Connected(*m_agent);
    Watch(m_server);
    Pump(m_client, m_server);
}

void
Relay::OnConnectFailed(SocketPtr socket)
{
    // A socket that was given up may still speak.
    if (m_finished || m_connected || socket != m_server.socket)
    {
        return;
    }
    m_timeout.Cancel();
    Release(m_server);
    m_owner.ConnectFailed(*m_agent);
    m_agent.reset();
    ConnectNext();
}

Relay::Side&
Relay::SideOf(SocketPtr socket)
{
    return socket == m_client.socket ? m_client : m_server;
}

void
Relay::OnReadable(SocketPtr socket)
{
    Side& from = SideOf(socket);
    Pump(from, &from == &m_client ? m_server : m_client);
}

void
Relay::OnWritable(SocketPtr socket, std::uint32_t)
{
    Side& to = SideOf(socket);
    Pump(&to == &m_client ? m_server : m_client, to);
}

void
Relay::OnEnd(SocketPtr socket)
{
    Side& from = SideOf(socket);
    from.ended = true;
    Pump(from, &from == &m_client ? m_server : m_client);
}

void
Relay::OnReset(SocketPtr socket)
{
    // The client's reset is no fault of the server.
    Finish(socket == m_client.socket);
}

void
Relay::Pump(Side& from, Side& to)
{
    if (m_finished || !m_connected)
    {
        return;
    }
    for (;;)
    {
        const std::uint32_t room = to.socket->GetTxAvailable();
        if (!from.pending && room > 0 && from.socket->GetRxAvailable() > 0)
        {
            from.pending = from.socket->Recv(room, 0);
        }
        if (!from.pending || room == 0)
        {
            break;
        }
        const std::uint32_t size = std::min(room, from.pending->GetSize());
        const auto part = from.pending->CreateFragment(0, size);
        if (to.socket->Send(part) < 0)
        {
            break;
        }
        from.pending->RemoveAtStart(size);
        if (from.pending->GetSize() == 0)
        {
            from.pending = nullptr;
        }
    }
    const bool drained = !from.pending && from.socket->GetRxAvailable() == 0;
    if (from.ended && drained && !from.passedOn)
    {
        from.passedOn = true;
        to.socket->ShutdownSend();
    }
    if (m_client.passedOn && m_server.passedOn)
    {
        Finish(true);
    }
}

void
Relay::Finish(bool good)
{
    if (m_finished)
    {
        return;
    }
    m_finished = true;
    m_timeout.Cancel();
    if (m_agent)
    {
        m_owner.Complete(*m_agent, ToDuration(ns3::Simulator::Now() - m_dispatched), good);
    }
    Release(m_client);
    Release(m_server);
    m_owner.Finished(this);
}

} // namespace sonda::sim

#include "model/ns3/relay.h"

#include "model/ns3/adapters.h"

#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace sonda::sim
{

NS_LOG_COMPONENT_DEFINE("SondaRelay");

Relay::Relay(RelayOwner& owner, ns3::Ptr<ns3::Socket> client, ns3::Time connectTimeout)
    : m_owner(owner),
      m_stack(client->GetNode()),
      m_connectTimeout(connectTimeout)
{
    m_client.connection = std::make_unique<TcpConnection>(*this, client);
}

Relay::~Relay()
{
    m_timeout.Cancel();
}

void
Relay::Start()
{
    ConnectNext();
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
    m_timeout = ns3::Simulator::Schedule(m_connectTimeout, &Relay::OnConnectFailed, this);
    m_server.connection = std::make_unique<TcpConnection>(
        *this,
        m_stack,
        ns3::InetSocketAddress(ns3::Ipv4Address(server.address.c_str()), server.port));
}

void
Relay::OnConnected(TcpConnection&)
{
    m_timeout.Cancel();
    m_connected = true;
    m_owner.Connected(*m_agent);
    Pump(m_client, m_server);
}

void
Relay::OnConnectFailed()
{
    m_timeout.Cancel();
    m_server.connection.reset();
    m_owner.ConnectFailed(*m_agent);
    m_agent.reset();
    ConnectNext();
}

void
Relay::OnReadable(TcpConnection& connection)
{
    IsClient(connection) ? Pump(m_client, m_server) : Pump(m_server, m_client);
}

void
Relay::OnWritable(TcpConnection& connection)
{
    IsClient(connection) ? Pump(m_server, m_client) : Pump(m_client, m_server);
}

void
Relay::OnEnd(TcpConnection& connection)
{
    (IsClient(connection) ? m_client : m_server).ended = true;
    OnReadable(connection);
}

void
Relay::OnFailed(TcpConnection& connection, TcpFailure)
{
    if (!IsClient(connection) && !m_connected)
    {
        OnConnectFailed();
        return;
    }
    // The client's reset is no fault of the server.
    Finish(IsClient(connection));
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
        const std::uint32_t room = to.connection->Room();
        if (!from.pending)
        {
            from.pending = from.connection->Receive(room);
        }
        if (!from.pending || room == 0)
        {
            break;
        }
        const std::uint32_t size = std::min(room, from.pending->GetSize());
        if (!to.connection->Send(from.pending->CreateFragment(0, size)))
        {
            break;
        }
        from.pending->RemoveAtStart(size);
        if (from.pending->GetSize() == 0)
        {
            from.pending = nullptr;
        }
    }
    const bool drained = !from.pending && from.connection->Readable() == 0;
    if (from.ended && drained && !from.passedOn)
    {
        from.passedOn = true;
        to.connection->EndSending();
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
    m_client.connection->Close();
    if (m_server.connection)
    {
        m_server.connection->Close();
    }
    m_owner.Finished(this);
}

} // namespace sonda::sim

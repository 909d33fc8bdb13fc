#include "bench/sim/plain-apps.h"

#include "ns3/inet-socket-address.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/tcp-socket-factory.h"

namespace plain
{

using ns3::MakeCallback;
using ns3::Simulator;
using SocketPtr = ns3::Ptr<ns3::Socket>;

namespace
{

const auto NO_CALLBACK = ns3::MakeNullCallback<void, SocketPtr>();

SocketPtr
OpenTcp(ns3::Ptr<ns3::Node> node)
{
    return ns3::Socket::CreateSocket(node, ns3::TcpSocketFactory::GetTypeId());
}

SocketPtr
Listen(ns3::Ptr<ns3::Node> node)
{
    auto listener = OpenTcp(node);
    listener->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), PORT));
    listener->Listen();
    return listener;
}

} // namespace

Server::Server(ns3::Ptr<ns3::ExponentialRandomVariable> serviceS)
    : m_serviceS(serviceS)
{
}

void
Server::StartApplication()
{
    m_listener = Listen(GetNode());
    m_listener->SetAcceptCallback(ns3::MakeNullCallback<bool, SocketPtr, const ns3::Address&>(),
                                  MakeCallback(&Server::OnAccept, this));
}

void
Server::OnAccept(SocketPtr socket, const ns3::Address&)
{
    m_received[socket] = 0;
    socket->SetRecvCallback(MakeCallback(&Server::OnReadable, this));
}

void
Server::OnReadable(SocketPtr socket)
{
    const auto call = m_received.find(socket);
    while (const auto packet = socket->Recv())
    {
        if (call == m_received.end() || packet->GetSize() == 0)
        {
            return;
        }
        call->second += packet->GetSize();
    }
    if (call != m_received.end() && call->second >= REQUEST_BYTES)
    {
        m_received.erase(call);
        m_queue.push_back(socket);
        if (m_queue.size() == 1)
        {
            ServeNext();
        }
    }
}

void
Server::ServeNext()
{
    Simulator::Schedule(ns3::Seconds(m_serviceS->GetValue()), &Server::OnServed, this);
}

void
Server::OnServed()
{
    const auto socket = m_queue.front();
    m_queue.pop_front();
    socket->Send(ns3::Create<ns3::Packet>(RESPONSE_BYTES));
    socket->Close();
    if (!m_queue.empty())
    {
        ServeNext();
    }
}

Proxy::Proxy(std::vector<ns3::Ipv4Address> servers, ns3::Ptr<ns3::UniformRandomVariable> random)
    : m_servers(std::move(servers)),
      m_inFlight(m_servers.size(), 0),
      m_random(random)
{
}

void
Proxy::StartApplication()
{
    m_listener = Listen(GetNode());
    m_listener->SetAcceptCallback(ns3::MakeNullCallback<bool, SocketPtr, const ns3::Address&>(),
                                  MakeCallback(&Proxy::OnAccept, this));
}

std::size_t
Proxy::Pick()
{
    const auto last = static_cast<std::uint32_t>(m_servers.size() - 1);
    const std::size_t one = m_random->GetInteger(0, last);
    std::size_t other = m_random->GetInteger(0, last - 1);
    other += other >= one ? 1 : 0; // never the same
    return m_inFlight[one] <= m_inFlight[other] ? one : other;
}

void
Proxy::OnAccept(SocketPtr client, const ns3::Address&)
{
    const std::size_t server = Pick();
    ++m_inFlight[server];
    auto upstream = OpenTcp(GetNode());
    m_peers[client] = {upstream, server};
    m_peers[upstream] = {client, server};
    upstream->SetConnectCallback(MakeCallback(&Proxy::OnConnected, this), NO_CALLBACK);
    upstream->SetRecvCallback(MakeCallback(&Proxy::OnReadable, this));
    upstream->SetCloseCallbacks(MakeCallback(&Proxy::OnClosed, this), NO_CALLBACK);
    upstream->Connect(ns3::InetSocketAddress(m_servers[server], PORT));
}

void
Proxy::OnConnected(SocketPtr server)
{
    const auto client = m_peers.at(server).socket;
    client->SetRecvCallback(MakeCallback(&Proxy::OnReadable, this));
    OnReadable(client);
}

void
Proxy::OnReadable(SocketPtr socket)
{
    const auto peer = m_peers.find(socket);
    while (const auto packet = socket->Recv())
    {
        if (peer == m_peers.end() || packet->GetSize() == 0)
        {
            return;
        }
        peer->second.socket->Send(packet);
    }
}

void
Proxy::OnClosed(SocketPtr socket)
{
    OnReadable(socket);
    const auto entry = m_peers.find(socket);
    if (entry == m_peers.end())
    {
        return;
    }
    const Peer peer = entry->second;
    --m_inFlight[peer.server];
    m_peers.erase(peer.socket);
    m_peers.erase(socket);
    peer.socket->Close();
    socket->Close();
}

Client::Client(ns3::Ipv4Address proxy,
               ns3::Ptr<ns3::ExponentialRandomVariable> gapS,
               std::uint64_t requests)
    : m_proxy(proxy),
      m_gapS(gapS),
      m_left(requests)
{
}

void
Client::StartApplication()
{
    if (m_left > 0)
    {
        Simulator::Schedule(ns3::Seconds(m_gapS->GetValue()), &Client::Send, this);
    }
}

void
Client::Send()
{
    auto socket = OpenTcp(GetNode());
    m_calls[socket].start = Simulator::Now();
    socket->SetConnectCallback(MakeCallback(&Client::OnConnected, this), NO_CALLBACK);
    socket->SetRecvCallback(MakeCallback(&Client::OnReadable, this));
    socket->SetCloseCallbacks(MakeCallback(&Client::OnClosed, this), NO_CALLBACK);
    socket->Connect(ns3::InetSocketAddress(m_proxy, PORT));
    --m_left;
    StartApplication();
}

void
Client::OnConnected(SocketPtr socket)
{
    socket->Send(ns3::Create<ns3::Packet>(REQUEST_BYTES));
}

void
Client::OnReadable(SocketPtr socket)
{
    const auto call = m_calls.find(socket);
    while (const auto packet = socket->Recv())
    {
        if (call == m_calls.end() || packet->GetSize() == 0)
        {
            return;
        }
        call->second.received += packet->GetSize();
    }
}

void
Client::OnClosed(SocketPtr socket)
{
    OnReadable(socket);
    const auto call = m_calls.find(socket);
    if (call != m_calls.end() && call->second.received == RESPONSE_BYTES)
    {
        ++m_answered;
        m_responseTimeS += (Simulator::Now() - call->second.start).GetSeconds();
    }
    m_calls.erase(socket);
    socket->Close();
}

} // namespace plain

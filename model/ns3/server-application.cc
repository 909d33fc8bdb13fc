#include "model/ns3/server-application.h"

#include "ns3/abort.h"
#include "ns3/inet-socket-address.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace sonda::sim
{

NS_OBJECT_ENSURE_REGISTERED(ServerApplication);

using SocketPtr = ns3::Ptr<ns3::Socket>;

ns3::TypeId
ServerApplication::GetTypeId()
{
    static ns3::TypeId tid =
        ns3::TypeId("sonda::ServerApplication")
            .SetParent<ns3::Application>()
            .SetGroupName("Sonda")
            .AddConstructor<ServerApplication>()
            .AddAttribute("Port",
                          "TCP port on which requests are accepted.",
                          ns3::UintegerValue(80),
                          ns3::MakeUintegerAccessor(&ServerApplication::m_port),
                          ns3::MakeUintegerChecker<std::uint16_t>(1))
            .AddTraceSource("Fall",
                            "A request left: how many there were, how many are left.",
                            ns3::MakeTraceSourceAccessor(&ServerApplication::m_fallTrace),
                            "sonda::FallTracedCallback");
    return tid;
}

void
ServerApplication::SetOptions(const ServerOptions& options)
{
    NS_ABORT_MSG_IF(m_model, "SetOptions() after the model was made");
    m_options = options;
}

ServerModel&
ServerApplication::GetModel()
{
    if (!m_model)
    {
        m_model =
            std::make_unique<ServerModel>(m_options,
                                          ns3::MakeCallback(&ServerApplication::OnServed, this));
    }
    return *m_model;
}

void
ServerApplication::StartApplication()
{
    if (GetModel().IsListening())
    {
        Listen();
    }
}

void
ServerApplication::StopApplication()
{
    CloseListener();
}

void
ServerApplication::CloseListener()
{
    if (m_listener)
    {
        m_listener->Close();
        m_listener = nullptr;
    }
}

void
ServerApplication::DoDispose()
{
    StopApplication();
    m_connections.clear();
    m_tagOf.clear();
    m_model.reset();
    Application::DoDispose();
}

void
ServerApplication::Listen()
{
    if (m_listener)
    {
        return;
    }
    m_listener = ns3::Socket::CreateSocket(GetNode(), ns3::TcpSocketFactory::GetTypeId());
    const ns3::InetSocketAddress any(ns3::Ipv4Address::GetAny(), m_port);
    NS_ABORT_MSG_IF(m_listener->Bind(any) != 0, "TCP port " << m_port << " is in use");
    m_listener->Listen();
    m_listener->SetAcceptCallback(ns3::MakeNullCallback<bool, SocketPtr, const ns3::Address&>(),
                                  ns3::MakeCallback(&ServerApplication::OnAccept, this));
}

void
ServerApplication::OnAccept(SocketPtr socket, const ns3::Address&)
{
    const std::uint64_t tag = m_nextTag++;
    m_connections[tag].socket = socket;
    m_tagOf[ns3::PeekPointer(socket)] = tag;
    socket->SetRecvCallback(ns3::MakeCallback(&ServerApplication::OnReadable, this));
    socket->SetSendCallback(ns3::MakeCallback(&ServerApplication::OnWritable, this));
    socket->SetCloseCallbacks(ns3::MakeCallback(&ServerApplication::OnGone, this),
                              ns3::MakeCallback(&ServerApplication::OnGone, this));
}

void
ServerApplication::OnReadable(SocketPtr socket)
{
    const auto found = m_tagOf.find(ns3::PeekPointer(socket));
    if (found == m_tagOf.end())
    {
        return;
    }
    Connection& connection = m_connections.at(found->second);
    if (connection.submitted || socket->GetRxAvailable() < REQUEST_HEADER_BYTES)
    {
        return;
    }
    // Only the header is read until the work is done: a crash then leaves unread bytes behind, upon
    // which the stack resets the connection as a real one does.
    const auto request = ParseHeader(socket->Recv(REQUEST_HEADER_BYTES, 0));
    connection.submitted = true;
    connection.toSend = request->responseBytes;
    m_model->Submit(found->second, request->work);
}

void
ServerApplication::OnServed(std::uint64_t tag, bool good)
{
    const auto left = static_cast<std::uint32_t>(m_model->InFlight());
    m_fallTrace(left + 1, left);
    const auto found = m_connections.find(tag);
    if (found == m_connections.end())
    {
        return;
    }
    if (!good)
    {
        Drop(tag);
        return;
    }
    while (const auto packet = found->second.socket->Recv())
    {
        if (packet->GetSize() == 0)
        {
            break;
        }
    }
    SendRest(tag);
}

void
ServerApplication::SendRest(std::uint64_t tag)
{
    Connection& connection = m_connections.at(tag);
    while (connection.toSend > 0)
    {
        const std::uint32_t room = connection.socket->GetTxAvailable();
        const std::uint32_t size = std::min(room, connection.toSend);
        if (size == 0 || connection.socket->Send(ns3::Create<ns3::Packet>(size)) < 0)
        {
            return;
        }
        connection.toSend -= size;
    }
    const SocketPtr socket = connection.socket;
    m_tagOf.erase(ns3::PeekPointer(socket));
    m_connections.erase(tag);
    socket->Close();
}

void
ServerApplication::OnWritable(SocketPtr socket, std::uint32_t)
{
    const auto found = m_tagOf.find(ns3::PeekPointer(socket));
    if (found == m_tagOf.end())
    {
        return;
    }
    const Connection& connection = m_connections.at(found->second);
    if (connection.submitted && socket->GetRxAvailable() == 0 && connection.toSend > 0)
    {
        SendRest(found->second);
    }
}

void
ServerApplication::OnGone(SocketPtr socket)
{
    // A client that closes early is still served: the model's work is not taken back, as on a real
    // server that notices only when it writes.
    socket->SetRecvCallback(ns3::MakeNullCallback<void, SocketPtr>());
}

void
ServerApplication::Drop(std::uint64_t tag)
{
    const SocketPtr socket = m_connections.at(tag).socket;
    m_tagOf.erase(ns3::PeekPointer(socket));
    m_connections.erase(tag);
    socket->SetRecvCallback(ns3::MakeNullCallback<void, SocketPtr>());
    socket->Close();
}

void
ServerApplication::Crash()
{
    CloseListener();
    // Drops the connections whose requests were present; the others are left.
    m_model->Crash();
    while (!m_connections.empty())
    {
        Drop(m_connections.begin()->first);
    }
}

void
ServerApplication::StopListening()
{
    CloseListener();
    GetModel().StopListening();
}

void
ServerApplication::Recover()
{
    m_model->Recover();
    Listen();
}

} // namespace sonda::sim

#include "model/ns3/server-application.h"

#include "ns3/abort.h"
#include "ns3/inet-socket-address.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace sonda::sim
{

NS_OBJECT_ENSURE_REGISTERED(ServerApplication);

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
                                          ns3::MakeCallback(&ServerApplication::OnEnded, this));
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
    m_listener->SetAcceptCallback(
        ns3::MakeNullCallback<bool, ns3::Ptr<ns3::Socket>, const ns3::Address&>(),
        ns3::MakeCallback(&ServerApplication::OnAccept, this));
}

void
ServerApplication::OnAccept(ns3::Ptr<ns3::Socket> socket, const ns3::Address&)
{
    const std::uint64_t tag = m_nextTag++;
    Connection& connection = m_connections[tag];
    connection.tcp = std::make_unique<TcpConnection>(*this, socket);
    // The handshake may end when the server is down.
    connection.doomed = !m_model->IsUp();
    m_tagOf[connection.tcp.get()] = tag;
}

void
ServerApplication::OnReadable(TcpConnection& tcp)
{
    const std::uint64_t tag = m_tagOf.at(&tcp);
    Connection& connection = m_connections.at(tag);
    if (connection.doomed)
    {
        Drop(tag);
        return;
    }
    if (connection.served)
    {
        // What is left unread would turn the end of the answer into a reset.
        tcp.Discard();
        return;
    }
    if (connection.submitted || tcp.Readable() < REQUEST_HEADER_BYTES)
    {
        return;
    }
    const auto request = ParseHeader(tcp.Receive(REQUEST_HEADER_BYTES));
    connection.submitted = true;
    connection.toSend = request->responseBytes;
    m_model->Submit(tag, request->work);
}

void
ServerApplication::OnEnded(std::uint64_t tag, RequestEnd how)
{
    const auto left = static_cast<std::uint32_t>(m_model->InFlight());
    m_fallTrace(left + 1, left);
    const auto found = m_connections.find(tag);
    if (found == m_connections.end())
    {
        return;
    }
    if (how == RequestEnd::RESET)
    {
        Drop(tag); // with unread bytes
        return;
    }
    found->second.served = true;
    found->second.tcp->Discard();
    found->second.toSend = how == RequestEnd::SERVED ? found->second.toSend : 0;
    SendRest(tag);
}

void
ServerApplication::SendRest(std::uint64_t tag)
{
    Connection& connection = m_connections.at(tag);
    while (connection.toSend > 0)
    {
        const std::uint32_t size = std::min(connection.tcp->Room(), connection.toSend);
        if (size == 0 || !connection.tcp->Send(ns3::Create<ns3::Packet>(size)))
        {
            return;
        }
        connection.toSend -= size;
    }
    Drop(tag);
}

void
ServerApplication::OnWritable(TcpConnection& tcp)
{
    const std::uint64_t tag = m_tagOf.at(&tcp);
    if (m_connections.at(tag).served)
    {
        SendRest(tag);
    }
}

void
ServerApplication::OnEnd(TcpConnection& tcp)
{
    // Who closes early is still served: the model's work is not taken back, as on a real server
    // that notices only when it writes. Who closes without a request gets nothing.
    const std::uint64_t tag = m_tagOf.at(&tcp);
    if (!m_connections.at(tag).submitted)
    {
        Drop(tag);
    }
}

void
ServerApplication::OnFailed(TcpConnection& tcp, TcpFailure)
{
    // The model works on; nobody is there to answer to.
    Drop(m_tagOf.at(&tcp));
}

void
ServerApplication::Drop(std::uint64_t tag)
{
    const auto found = m_connections.find(tag);
    m_tagOf.erase(found->second.tcp.get());
    m_connections.erase(found);
}

void
ServerApplication::Crash()
{
    CloseListener();
    // Drops the connections whose requests were present.
    m_model->Crash();
    for (auto at = m_connections.begin(); at != m_connections.end();)
    {
        Connection& connection = (at++)->second;
        if (connection.submitted)
        {
            Drop(m_tagOf.at(connection.tcp.get()));
        }
        else
        {
            connection.doomed = true;
        }
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

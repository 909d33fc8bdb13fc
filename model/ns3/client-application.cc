#include "model/ns3/client-application.h"

#include "ns3/abort.h"
#include "ns3/inet-socket-address.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/uinteger.h"

namespace sonda::sim
{

NS_OBJECT_ENSURE_REGISTERED(ClientApplication);

ns3::TypeId
ClientApplication::GetTypeId()
{
    static ns3::TypeId tid =
        ns3::TypeId("sonda::ClientApplication")
            .SetParent<ns3::Application>()
            .SetGroupName("Sonda")
            .AddConstructor<ClientApplication>()
            .AddAttribute("Remote",
                          "Address of the proxy.",
                          ns3::Ipv4AddressValue(),
                          ns3::MakeIpv4AddressAccessor(&ClientApplication::m_remote),
                          ns3::MakeIpv4AddressChecker())
            .AddAttribute("Port",
                          "TCP port of the proxy.",
                          ns3::UintegerValue(80),
                          ns3::MakeUintegerAccessor(&ClientApplication::m_port),
                          ns3::MakeUintegerChecker<std::uint16_t>(1))
            .AddAttribute("Interarrival",
                          "Time between two requests, seconds.",
                          ns3::StringValue("ns3::ExponentialRandomVariable[Mean=0.1]"),
                          ns3::MakePointerAccessor(&ClientApplication::m_interarrival),
                          ns3::MakePointerChecker<ns3::RandomVariableStream>())
            .AddAttribute("Work",
                          "Work of a request, seconds of one core at speed 1.",
                          ns3::StringValue("ns3::ExponentialRandomVariable[Mean=0.05]"),
                          ns3::MakePointerAccessor(&ClientApplication::m_work),
                          ns3::MakePointerChecker<ns3::RandomVariableStream>())
            .AddAttribute("RequestBytes",
                          "Size of a request.",
                          ns3::UintegerValue(200),
                          ns3::MakeUintegerAccessor(&ClientApplication::m_requestBytes),
                          ns3::MakeUintegerChecker<std::uint32_t>(REQUEST_HEADER_BYTES))
            .AddAttribute("ResponseBytes",
                          "Size of a response.",
                          ns3::UintegerValue(2000),
                          ns3::MakeUintegerAccessor(&ClientApplication::m_responseBytes),
                          ns3::MakeUintegerChecker<std::uint32_t>(1))
            .AddAttribute("LastArrival",
                          "No request begins after this; those under way go on.",
                          ns3::TimeValue(ns3::Time::Max()),
                          ns3::MakeTimeAccessor(&ClientApplication::m_lastArrival),
                          ns3::MakeTimeChecker())
            .AddTraceSource("Response",
                            "A request has an outcome: arrival, response time, whether answered.",
                            ns3::MakeTraceSourceAccessor(&ClientApplication::m_responseTrace),
                            "sonda::ResponseTracedCallback");
    return tid;
}

void
ClientApplication::AddRemote(ns3::Ipv4Address address)
{
    m_remotes.push_back(address);
}

void
ClientApplication::SetSource(RequestSource source)
{
    m_source.emplace(std::move(source));
}

std::int64_t
ClientApplication::AssignStreams(std::int64_t stream)
{
    m_interarrival->SetStream(stream);
    m_work->SetStream(stream + 1);
    return 2;
}

void
ClientApplication::StartApplication()
{
    if (!m_source)
    {
        m_source.emplace(RequestSource::AtGaps(ns3::Simulator::Now(),
                                               m_interarrival,
                                               {m_work, m_requestBytes, m_responseBytes}));
    }
    if (m_source->IsClosed())
    {
        ScheduleArrival(m_source->NextAfter(m_source->Start()));
    }
    else
    {
        ScheduleNext();
    }
}

void
ClientApplication::StopApplication()
{
    m_next.Cancel();
}

void
ClientApplication::DoDispose()
{
    m_next.Cancel();
    m_calls.clear();
    m_source.reset();
    m_interarrival = nullptr;
    m_work = nullptr;
    Application::DoDispose();
}

void
ClientApplication::ScheduleNext()
{
    if (const auto next = m_source->Next())
    {
        ScheduleArrival(*next);
    }
}

void
ClientApplication::ScheduleArrival(const Request& request)
{
    m_coming = request;
    if (m_coming.arrival > m_lastArrival)
    {
        return;
    }
    const auto delay = ns3::Max(m_coming.arrival - ns3::Simulator::Now(), ns3::Seconds(0));
    m_next = ns3::Simulator::Schedule(delay, &ClientApplication::Begin, this);
}

void
ClientApplication::Begin()
{
    auto socket = ns3::Socket::CreateSocket(GetNode(), ns3::TcpSocketFactory::GetTypeId());
    socket->Bind();
    m_calls.emplace(ns3::PeekPointer(socket), Call{m_coming, 0});
    socket->SetConnectCallback(ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>(),
                               ns3::MakeCallback(&ClientApplication::OnFailed, this));
    socket->SetRecvCallback(ns3::MakeCallback(&ClientApplication::OnReadable, this));
    socket->SetCloseCallbacks(ns3::MakeCallback(&ClientApplication::OnEnd, this),
                              ns3::MakeCallback(&ClientApplication::OnFailed, this));
    const auto& remote = m_turn == 0 ? m_remote : m_remotes[m_turn - 1];
    m_turn = (m_turn + 1) % (m_remotes.size() + 1);
    socket->Connect(ns3::InetSocketAddress(remote, m_port));
    // Queued in the socket until the connection stands.
    const int sent = socket->Send(ToPacket(m_coming));
    NS_ABORT_MSG_IF(sent < static_cast<int>(m_coming.requestBytes),
                    "RequestBytes = " << m_coming.requestBytes << " exceeds the socket's buffer");
    if (!m_source->IsClosed())
    {
        ScheduleNext();
    }
}

void
ClientApplication::OnReadable(ns3::Ptr<ns3::Socket> socket)
{
    const auto call = m_calls.find(ns3::PeekPointer(socket));
    while (const auto packet = socket->Recv())
    {
        if (packet->GetSize() == 0)
        {
            break;
        }
        if (call != m_calls.end())
        {
            call->second.received += packet->GetSize();
        }
    }
}

void
ClientApplication::OnEnd(ns3::Ptr<ns3::Socket> socket)
{
    OnReadable(socket);
    Finish(socket);
}

void
ClientApplication::OnFailed(ns3::Ptr<ns3::Socket> socket)
{
    Finish(socket);
}

void
ClientApplication::Finish(ns3::Ptr<ns3::Socket> socket)
{
    const auto call = m_calls.find(ns3::PeekPointer(socket));
    if (call == m_calls.end())
    {
        return;
    }
    const Request request = call->second.request;
    const bool good = call->second.received == request.responseBytes;
    m_calls.erase(call);
    socket->Close();
    if (m_source->IsClosed())
    {
        ScheduleArrival(m_source->NextAfter(ns3::Simulator::Now()));
    }
    m_responseTrace(request.arrival, ns3::Simulator::Now() - request.arrival, good);
}

void
ClientApplication::Abandon()
{
    for (const auto& [socket, call] : m_calls)
    {
        const ns3::Time arrival = call.request.arrival;
        m_responseTrace(arrival, ns3::Simulator::Now() - arrival, false);
    }
}

} // namespace sonda::sim

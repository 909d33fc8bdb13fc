#include "model/ns3/client-application.h"

#include "ns3/abort.h"
#include "ns3/inet-socket-address.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>

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
                          ns3::MakeUintegerChecker<std::uint32_t>(REQUEST_HEADER_BYTES + 1))
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
    NS_ABORT_MSG_IF(m_remote == ns3::Ipv4Address(),
                    "ClientApplication: the attribute Remote is not set");
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
    const auto& remote = m_turn == 0 ? m_remote : m_remotes[m_turn - 1];
    m_turn = (m_turn + 1) % (m_remotes.size() + 1);
    auto connection =
        std::make_unique<TcpConnection>(*this, GetNode(), ns3::InetSocketAddress(remote, m_port));
    const TcpConnection* const key = connection.get();
    m_calls.emplace(key, Call{m_coming, std::move(connection), nullptr});
    if (!m_source->IsClosed())
    {
        ScheduleNext();
    }
}

void
ClientApplication::OnConnected(TcpConnection& connection)
{
    Call& call = m_calls.at(&connection);
    call.unsent = ToPacket(call.request);
    OnWritable(connection);
}

void
ClientApplication::OnWritable(TcpConnection& connection)
{
    auto& unsent = m_calls.at(&connection).unsent;
    while (unsent && connection.Room() > 0)
    {
        const std::uint32_t size = std::min(connection.Room(), unsent->GetSize());
        if (!connection.Send(unsent->CreateFragment(0, size)))
        {
            return;
        }
        unsent->RemoveAtStart(size);
        unsent = unsent->GetSize() > 0 ? unsent : nullptr;
    }
}

void
ClientApplication::OnReadable(TcpConnection& connection)
{
    m_calls.at(&connection).received += connection.Discard();
}

void
ClientApplication::OnEnd(TcpConnection& connection)
{
    OnReadable(connection);
    Finish(connection, true);
}

void
ClientApplication::OnFailed(TcpConnection& connection, TcpFailure)
{
    Finish(connection, false);
}

void
ClientApplication::Finish(TcpConnection& connection, bool whole)
{
    const auto call = m_calls.find(&connection);
    const Request request = call->second.request;
    const bool good = whole && call->second.received == request.responseBytes;
    m_calls.erase(call);
    if (m_source->IsClosed())
    {
        ScheduleArrival(m_source->NextAfter(ns3::Simulator::Now()));
    }
    m_responseTrace(request.arrival, ns3::Simulator::Now() - request.arrival, good);
}

std::optional<std::string>
ClientApplication::WrongVariable() const
{
    // Enough to find a variable that is always 0, and most that may be negative; RequestSource
    // looks at every value that is used.
    constexpr int DRAWS = 1000;
    if (!m_interarrival || !m_work)
    {
        return "sonda::ClientApplication: Interarrival and Work need a random variable";
    }
    double most = 0;
    for (int i = 0; i < DRAWS; ++i)
    {
        const double gap = m_interarrival->GetValue();
        const double work = m_work->GetValue();
        if (!RequestSource::IsTime(gap) || !RequestSource::IsTime(work))
        {
            return "sonda::ClientApplication: Interarrival and Work drew " + std::to_string(gap) +
                   " and " + std::to_string(work) + " s; allowed: 0 to 1000000000";
        }
        most = std::max(most, gap);
    }
    if (!(most > 0))
    {
        return "sonda::ClientApplication::Interarrival: is always 0, so that all requests that "
               "ever "
               "come would come at once";
    }
    return std::nullopt;
}

void
ClientApplication::Abandon()
{
    for (const auto& [connection, call] : m_calls)
    {
        const ns3::Time arrival = call.request.arrival;
        m_responseTrace(arrival, ns3::Simulator::Now() - arrival, false);
    }
}

} // namespace sonda::sim

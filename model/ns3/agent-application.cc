#include "model/ns3/agent-application.h"

#include "model/ns3/datagram.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

namespace sonda::sim
{

NS_LOG_COMPONENT_DEFINE("SondaAgentApplication");
NS_OBJECT_ENSURE_REGISTERED(AgentApplication);

ns3::TypeId
AgentApplication::GetTypeId()
{
    static ns3::TypeId tid =
        ns3::TypeId("sonda::AgentApplication")
            .SetParent<ns3::Application>()
            .SetGroupName("Sonda")
            .AddConstructor<AgentApplication>()
            .AddAttribute("Id",
                          "Identity of the agent, 1 to 64 bytes; empty: address:port.",
                          ns3::StringValue(""),
                          ns3::MakeStringAccessor(&AgentApplication::m_id),
                          ns3::MakeStringChecker())
            .AddAttribute("Address",
                          "Address at which the server accepts TCP.",
                          ns3::Ipv4AddressValue(),
                          ns3::MakeIpv4AddressAccessor(&AgentApplication::m_address),
                          ns3::MakeIpv4AddressChecker())
            .AddAttribute("Port",
                          "Port at which the server accepts TCP.",
                          ns3::UintegerValue(80),
                          ns3::MakeUintegerAccessor(&AgentApplication::m_port),
                          ns3::MakeUintegerChecker<std::uint16_t>(1))
            .AddAttribute("ProbePort",
                          "UDP port on which probe requests arrive.",
                          ns3::UintegerValue(8888),
                          ns3::MakeUintegerAccessor(&AgentApplication::m_probePort),
                          ns3::MakeUintegerChecker<std::uint16_t>(1))
            .AddAttribute("Window",
                          "Longest wait before the response to a request that names no window.",
                          ns3::TimeValue(ns3::MilliSeconds(500)),
                          ns3::MakeTimeAccessor(&AgentApplication::m_window),
                          ns3::MakeTimeChecker(ns3::Seconds(0)))
            .AddAttribute("BaseForm",
                          "Answer with the keys of the student report only.",
                          ns3::BooleanValue(false),
                          ns3::MakeBooleanAccessor(&AgentApplication::m_baseForm),
                          ns3::MakeBooleanChecker())
            .AddTraceSource("Request",
                            "A probe request was accepted.",
                            ns3::MakeTraceSourceAccessor(&AgentApplication::m_requestTrace),
                            "ns3::Address::TracedCallback")
            .AddTraceSource("Response",
                            "A probe response was sent.",
                            ns3::MakeTraceSourceAccessor(&AgentApplication::m_responseTrace),
                            "sonda::TextTracedCallback")
            .AddTraceSource("Refusal",
                            "A datagram was refused.",
                            ns3::MakeTraceSourceAccessor(&AgentApplication::m_refusalTrace),
                            "sonda::TextTracedCallback");
    return tid;
}

void
AgentApplication::SetLoadFigures(LoadFigures figures)
{
    m_figures = std::move(figures);
}

void
AgentApplication::SetSilent(bool silent)
{
    m_silent = silent;
}

std::int64_t
AgentApplication::AssignStreams(std::int64_t stream)
{
    return m_random.AssignStreams(stream);
}

const Agent&
AgentApplication::GetAgent() const
{
    return *m_agent;
}

void
AgentApplication::StartApplication()
{
    NS_ABORT_MSG_IF(!m_figures, "AgentApplication: SetLoadFigures() was not called");
    AgentOptions options;
    options.server = Endpoint{ToText(m_address), m_port};
    options.id = m_id.empty() ? ToString(options.server) : m_id;
    options.defaultWindow = ToDuration(m_window);
    options.baseForm = m_baseForm;
    m_agent.emplace(options, std::nullopt);
    m_socket = OpenUdp(GetNode(), m_probePort);
    m_socket->SetRecvCallback(ns3::MakeCallback(&AgentApplication::OnReadable, this));
}

void
AgentApplication::StopApplication()
{
    m_reply.Cancel();
    if (m_socket)
    {
        m_socket->SetRecvCallback(ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>());
        m_socket->Close();
        m_socket = nullptr;
    }
}

void
AgentApplication::DoDispose()
{
    StopApplication();
    m_figures = nullptr;
    Application::DoDispose();
}

void
AgentApplication::OnReadable(ns3::Ptr<ns3::Socket> socket)
{
    ns3::Address from;
    while (ReceiveDatagram(socket, m_buffer, from))
    {
        if (m_silent)
        {
            continue;
        }
        const auto sender = ns3::InetSocketAddress::ConvertFrom(from);
        const auto refusal = m_agent->OnDatagram(m_buffer,
                                                 ToText(sender.GetIpv4()),
                                                 sender.GetPort(),
                                                 Now(),
                                                 m_figures(),
                                                 m_random);
        if (refusal)
        {
            NS_LOG_INFO("refused: " << sonda::ToString(refusal->reason) << " " << refusal->detail);
            m_refusalTrace(sonda::ToString(refusal->reason));
            continue;
        }
        m_requestTrace(from);
    }
    ScheduleReply();
}

void
AgentApplication::ScheduleReply()
{
    m_reply.Cancel();
    if (const auto due = m_agent->NextReply())
    {
        m_reply = ns3::Simulator::Schedule(DelayUntil(*due), &AgentApplication::SendDue, this);
    }
}

void
AgentApplication::SendDue()
{
    while (const auto reply = m_agent->TakeReply(Now()))
    {
        if (m_silent)
        {
            continue;
        }
        const ns3::InetSocketAddress to(ns3::Ipv4Address(reply->address.c_str()), reply->port);
        SendDatagram(m_socket, reply->datagram, to);
        m_responseTrace(reply->datagram);
    }
    ScheduleReply();
}

} // namespace sonda::sim

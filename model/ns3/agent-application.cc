#include "model/ns3/agent-application.h"

#include "model/ns3/datagram.h"
#include "model/protocol/codec.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
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
                          ns3::MakeTimeChecker(ns3::Seconds(0), ns3::MilliSeconds(MAX_WINDOW_MS)))
            .AddAttribute("BaseForm",
                          "Answer with the keys of the student report only.",
                          ns3::BooleanValue(false),
                          ns3::MakeBooleanAccessor(&AgentApplication::m_baseForm),
                          ns3::MakeBooleanChecker())
            .AddAttribute("Loss",
                          "Probability with which a datagram that arrives is lost.",
                          ns3::DoubleValue(0),
                          ns3::MakeDoubleAccessor(&AgentApplication::m_loss),
                          ns3::MakeDoubleChecker<double>(0, 1))
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
    if (m_driver)
    {
        m_driver->SetSilent(silent);
    }
}

void
AgentApplication::OnFall(std::uint32_t before, std::uint32_t after)
{
    if (m_driver)
    {
        m_driver->OnFall(before, after);
    }
}

std::int64_t
AgentApplication::AssignStreams(std::int64_t stream)
{
    m_stream = stream;
    return AGENT_STREAMS;
}

AgentSetup
AgentApplication::GetSetup() const
{
    AgentOptions options;
    options.server = Endpoint{ToText(m_address), m_port};
    options.id = m_id.empty() ? ToString(options.server) : m_id;
    options.defaultWindow = ToDuration(m_window);
    options.baseForm = m_baseForm;
    return {options, m_loss, m_stream};
}

const Agent&
AgentApplication::GetAgent() const
{
    return m_driver->GetAgent();
}

void
AgentApplication::StartApplication()
{
    NS_ABORT_MSG_IF(!m_figures, "AgentApplication: SetLoadFigures() was not called");
    NS_ABORT_MSG_IF(m_address == ns3::Ipv4Address(),
                    "AgentApplication: the attribute Address is not set");
    const auto wrong = CheckId(GetSetup().options.id);
    NS_ABORT_MSG_IF(wrong, "AgentApplication: Id: " << wrong->message);
    AgentPorts ports;
    ports.figures = m_figures;
    ports.send = [this](const Reply& reply) { Send(reply); };
    ports.refused = [this](const Refusal& refusal) { Refuse(refusal); };
    m_driver.emplace(GetSetup(), std::move(ports));
    m_driver->SetSilent(m_silent);
    m_socket = OpenUdp(GetNode(), m_probePort);
    m_socket->SetRecvCallback(ns3::MakeCallback(&AgentApplication::OnReadable, this));
}

void
AgentApplication::StopApplication()
{
    if (m_driver)
    {
        m_driver->Stop();
    }
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
        const auto sender = ns3::InetSocketAddress::ConvertFrom(from);
        if (m_driver->OnDatagram(m_buffer, ToText(sender.GetIpv4()), sender.GetPort()))
        {
            m_requestTrace(from);
        }
    }
}

void
AgentApplication::Send(const Reply& reply)
{
    const ns3::InetSocketAddress to(ns3::Ipv4Address(reply.address.c_str()), reply.port);
    SendDatagram(m_socket, reply.datagram, to);
    m_responseTrace(reply.datagram);
}

void
AgentApplication::Refuse(const Refusal& refusal)
{
    NS_LOG_INFO("refused: " << sonda::ToString(refusal.reason) << " " << refusal.detail);
    m_refusalTrace(sonda::ToString(refusal.reason));
}

} // namespace sonda::sim

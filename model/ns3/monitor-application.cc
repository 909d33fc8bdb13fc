#include "model/ns3/monitor-application.h"

#include "model/ns3/datagram.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/uinteger.h"

#include <cmath>

namespace sonda::sim
{

NS_LOG_COMPONENT_DEFINE("SondaMonitorApplication");
NS_OBJECT_ENSURE_REGISTERED(MonitorApplication);

ns3::TypeId
MonitorApplication::GetTypeId()
{
    static ns3::TypeId tid =
        ns3::TypeId("sonda::MonitorApplication")
            .SetParent<ns3::Application>()
            .SetGroupName("Sonda")
            .AddConstructor<MonitorApplication>()
            .AddAttribute("Proxy",
                          "The proxy whose status table is kept.",
                          ns3::PointerValue(),
                          ns3::MakePointerAccessor(&MonitorApplication::m_proxy),
                          ns3::MakePointerChecker<ProxyApplication>())
            .AddAttribute("Interval",
                          "Time between two probe requests.",
                          ns3::TimeValue(ns3::Seconds(5)),
                          ns3::MakeTimeAccessor(&MonitorApplication::m_interval),
                          ns3::MakeTimeChecker(ns3::NanoSeconds(1), ns3::Seconds(1e6)))
            .AddAttribute("Window",
                          "Reply window: agents wait a uniform random time up to this.",
                          ns3::TimeValue(ns3::MilliSeconds(500)),
                          ns3::MakeTimeAccessor(&MonitorApplication::m_window),
                          ns3::MakeTimeChecker(ns3::Seconds(0), ns3::Seconds(60)))
            .AddAttribute("Slices",
                          "In how many requests a round is divided, each to a part of the agents.",
                          ns3::UintegerValue(1),
                          ns3::MakeUintegerAccessor(&MonitorApplication::m_slices),
                          ns3::MakeUintegerChecker<std::uint32_t>(1, MAX_SLICES))
            .AddAttribute("Lead",
                          "Share of an interval, 0 to below 1, by which all rounds but the first "
                          "come early, so that monitors that begin together do not go on in step.",
                          ns3::DoubleValue(0),
                          ns3::MakeDoubleAccessor(&MonitorApplication::m_lead),
                          ns3::MakeDoubleChecker<double>(0, std::nextafter(1.0, 0.0)))
            .AddAttribute("Group",
                          "Multicast group of the agents.",
                          ns3::Ipv4AddressValue("239.8.8.8"),
                          ns3::MakeIpv4AddressAccessor(&MonitorApplication::m_group),
                          ns3::MakeIpv4AddressChecker())
            .AddAttribute("ProbePort",
                          "UDP port of the agents.",
                          ns3::UintegerValue(8888),
                          ns3::MakeUintegerAccessor(&MonitorApplication::m_probePort),
                          ns3::MakeUintegerChecker<std::uint16_t>(1))
            .AddAttribute("BaseForm",
                          "Ask in the student report's form, without nonce and window.",
                          ns3::BooleanValue(false),
                          ns3::MakeBooleanAccessor(&MonitorApplication::m_baseForm),
                          ns3::MakeBooleanChecker())
            .AddAttribute("AcceptBase",
                          "Accept responses without a nonce.",
                          ns3::BooleanValue(true),
                          ns3::MakeBooleanAccessor(&MonitorApplication::m_acceptBase),
                          ns3::MakeBooleanChecker())
            .AddAttribute("Loss",
                          "Probability with which a datagram that arrives is lost.",
                          ns3::DoubleValue(0),
                          ns3::MakeDoubleAccessor(&MonitorApplication::m_loss),
                          ns3::MakeDoubleChecker<double>(0, 1))
            .AddTraceSource("Request",
                            "A probe request was sent.",
                            ns3::MakeTraceSourceAccessor(&MonitorApplication::m_requestTrace),
                            "sonda::TextTracedCallback")
            .AddTraceSource("Response",
                            "A probe response was accepted.",
                            ns3::MakeTraceSourceAccessor(&MonitorApplication::m_responseTrace),
                            "sonda::ObservationTracedCallback")
            .AddTraceSource("Refusal",
                            "A datagram was refused.",
                            ns3::MakeTraceSourceAccessor(&MonitorApplication::m_refusalTrace),
                            "sonda::TextTracedCallback");
    return tid;
}

std::int64_t
MonitorApplication::AssignStreams(std::int64_t stream)
{
    m_stream = stream;
    return MONITOR_STREAMS;
}

const Monitor&
MonitorApplication::GetMonitor() const
{
    return m_driver->GetMonitor();
}

MonitorSetup
MonitorApplication::GetSetup() const
{
    MonitorOptions options;
    options.interval = ToDuration(m_interval);
    options.window = ToDuration(m_window);
    options.slices = m_slices;
    options.lead = m_lead;
    options.baseForm = m_baseForm;
    options.acceptBase = m_acceptBase;
    return {options, m_loss, m_stream};
}

MonitorPorts
MonitorApplication::MakePorts()
{
    MonitorPorts ports;
    ports.toGroup = [this](const std::string& datagram) { Send(datagram, m_group); };
    ports.toAgent = [this](const std::string& datagram, const AgentStatus& agent)
    { Send(datagram, ns3::Ipv4Address(agent.source.c_str())); };
    ports.requested = [this](const std::string& datagram) { m_requestTrace(datagram); };
    ports.accepted = [this](const Observation& observation) { m_responseTrace(observation); };
    ports.refused = [this](const Refusal& refusal)
    {
        NS_LOG_INFO("refused: " << sonda::ToString(refusal.reason) << " " << refusal.detail);
        m_refusalTrace(sonda::ToString(refusal.reason));
    };
    return ports;
}

void
MonitorApplication::StartApplication()
{
    NS_ABORT_MSG_IF(!m_proxy, "MonitorApplication: the attribute Proxy is not set");
    m_driver.emplace(*m_proxy, GetSetup(), MakePorts());
    m_proxy->TraceConnectWithoutContext("Dispatch",
                                        ns3::MakeCallback(&MonitorApplication::OnDispatch, this));
    m_socket = OpenUdp(GetNode(), 0);
    m_socket->SetRecvCallback(ns3::MakeCallback(&MonitorApplication::OnReadable, this));
    m_driver->Start();
}

void
MonitorApplication::StopApplication()
{
    if (m_driver)
    {
        m_driver->Stop();
    }
    if (m_socket)
    {
        m_proxy->TraceDisconnectWithoutContext(
            "Dispatch",
            ns3::MakeCallback(&MonitorApplication::OnDispatch, this));
        m_socket->SetRecvCallback(ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>());
        m_socket->Close();
        m_socket = nullptr;
    }
}

void
MonitorApplication::DoDispose()
{
    StopApplication();
    m_proxy = nullptr;
    Application::DoDispose();
}

void
MonitorApplication::Send(const std::string& datagram, ns3::Ipv4Address to)
{
    SendDatagram(m_socket, datagram, ns3::InetSocketAddress(to, m_probePort));
}

void
MonitorApplication::OnReadable(ns3::Ptr<ns3::Socket> socket)
{
    ns3::Address from;
    while (ReceiveDatagram(socket, m_buffer, from))
    {
        const auto sender = ns3::InetSocketAddress::ConvertFrom(from).GetIpv4();
        m_driver->OnDatagram(m_buffer, ToText(sender));
    }
}

void
MonitorApplication::OnDispatch(AgentIndex)
{
    m_driver->OnDispatch();
}

} // namespace sonda::sim

#include "model/ns3/monitor-application.h"

#include "model/ns3/datagram.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

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
                          ns3::MakeTimeChecker(ns3::NanoSeconds(1)))
            .AddAttribute("Window",
                          "Reply window: agents wait a uniform random time up to this.",
                          ns3::TimeValue(ns3::MilliSeconds(500)),
                          ns3::MakeTimeAccessor(&MonitorApplication::m_window),
                          ns3::MakeTimeChecker(ns3::Seconds(0), ns3::Seconds(60)))
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
    return m_random.AssignStreams(stream);
}

const Monitor&
MonitorApplication::GetMonitor() const
{
    return *m_monitor;
}

void
MonitorApplication::StartApplication()
{
    NS_ABORT_MSG_IF(!m_proxy, "MonitorApplication: the attribute Proxy is not set");
    MonitorOptions options;
    options.interval = ToDuration(m_interval);
    options.window = ToDuration(m_window);
    options.baseForm = m_baseForm;
    options.acceptBase = m_acceptBase;
    m_monitor.emplace(options, std::nullopt);
    m_socket = OpenUdp(GetNode(), 0);
    m_socket->SetRecvCallback(ns3::MakeCallback(&MonitorApplication::OnReadable, this));
    Probe();
}

void
MonitorApplication::StopApplication()
{
    m_next.Cancel();
    if (m_socket)
    {
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
MonitorApplication::Probe()
{
    const std::string request = m_monitor->Probe(Now(), "", m_random);
    SendDatagram(m_socket, request, ns3::InetSocketAddress(m_group, m_probePort));
    m_requestTrace(request);
    m_next = ns3::Simulator::Schedule(DelayUntil(m_monitor->NextProbe()),
                                      &MonitorApplication::Probe,
                                      this);
}

void
MonitorApplication::OnReadable(ns3::Ptr<ns3::Socket> socket)
{
    ns3::Address from;
    while (ReceiveDatagram(socket, m_buffer, from))
    {
        const auto sender = ns3::InetSocketAddress::ConvertFrom(from).GetIpv4();
        const auto observation = m_monitor->OnDatagram(m_buffer, ToText(sender), Now());
        if (!observation)
        {
            Refuse(observation.GetError());
            continue;
        }
        const auto updated = m_proxy->GetBalancer().Update(*observation, Now());
        if (!updated)
        {
            m_monitor->CountRefusal(updated.GetError().reason);
            Refuse(updated.GetError());
            continue;
        }
        m_responseTrace(*observation);
    }
}

void
MonitorApplication::Refuse(const Refusal& refusal)
{
    NS_LOG_INFO("refused: " << sonda::ToString(refusal.reason) << " " << refusal.detail);
    m_refusalTrace(sonda::ToString(refusal.reason));
}

} // namespace sonda::sim

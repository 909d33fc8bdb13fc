#include "model/ns3/proxy-application.h"

#include "ns3/boolean.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

/** The attributes and trace sources of ProxyApplication. */
namespace sonda::sim
{

NS_OBJECT_ENSURE_REGISTERED(ProxyApplication);

ns3::TypeId
ProxyApplication::GetTypeId()
{
    static ns3::TypeId tid =
        ns3::TypeId("sonda::ProxyApplication")
            .SetParent<ns3::Application>()
            .SetGroupName("Sonda")
            .AddConstructor<ProxyApplication>()
            .AddAttribute("Formula",
                          "Name in the catalogue, or a text such as 'min: rtt * (1 + inflight)'.",
                          ns3::StringValue("connections"),
                          ns3::MakeStringAccessor(&ProxyApplication::m_formulaText),
                          ns3::MakeStringChecker())
            .AddAttribute("Policy",
                          "How an agent is picked, with its parameter.",
                          ns3::StringValue("best"),
                          ns3::MakeStringAccessor(&ProxyApplication::m_policyText),
                          ns3::MakeStringChecker())
            .AddAttribute("Interval",
                          "Probe interval, by which the age of reports is judged.",
                          ns3::TimeValue(ns3::Seconds(5)),
                          ns3::MakeTimeAccessor(&ProxyApplication::m_interval),
                          ns3::MakeTimeChecker(ns3::NanoSeconds(1), ns3::Seconds(1e6)))
            .AddAttribute("Window",
                          "Reply window of the monitor: so much apart agents may answer a request.",
                          ns3::TimeValue(ns3::MilliSeconds(500)),
                          ns3::MakeTimeAccessor(&ProxyApplication::m_window),
                          ns3::MakeTimeChecker(ns3::Time(0), ns3::Seconds(1e6)))
            .AddAttribute("Port",
                          "TCP port on which clients are accepted.",
                          ns3::UintegerValue(80),
                          ns3::MakeUintegerAccessor(&ProxyApplication::m_port),
                          ns3::MakeUintegerChecker<std::uint16_t>(1))
            .AddAttribute("ConnectTimeout",
                          "How long a server may take to accept a connection.",
                          ns3::TimeValue(ns3::Seconds(3)),
                          ns3::MakeTimeAccessor(&ProxyApplication::m_connectTimeout),
                          ns3::MakeTimeChecker(ns3::NanoSeconds(1), ns3::Seconds(1e6)))
            .AddAttribute("Relay",
                          "Accept and relay TCP; false: requests are carried by somebody else.",
                          ns3::BooleanValue(true),
                          ns3::MakeBooleanAccessor(&ProxyApplication::m_relayed),
                          ns3::MakeBooleanChecker())
            .AddTraceSource("Waiting",
                            "No agent can take a client now: it waits, for the first time.",
                            ns3::MakeTraceSourceAccessor(&ProxyApplication::m_waitingTrace),
                            "ns3::TracedCallback::Void")
            .AddTraceSource("Dispatch",
                            "A connection was handed to an agent.",
                            ns3::MakeTraceSourceAccessor(&ProxyApplication::m_dispatchTrace),
                            "sonda::AgentTracedCallback")
            .AddTraceSource("ConnectFailure",
                            "An agent's server could not be connected to.",
                            ns3::MakeTraceSourceAccessor(&ProxyApplication::m_connectFailureTrace),
                            "sonda::AgentTracedCallback")
            .AddTraceSource("Abandonment",
                            "A connection ended by nobody's doing before it stood.",
                            ns3::MakeTraceSourceAccessor(&ProxyApplication::m_abandonmentTrace),
                            "sonda::AgentTracedCallback")
            .AddTraceSource("Completion",
                            "A connection ended: agent, time since its dispatch, whether well.",
                            ns3::MakeTraceSourceAccessor(&ProxyApplication::m_completionTrace),
                            "sonda::CompletionTracedCallback")
            .AddTraceSource("NoAgent",
                            "A client was turned away, as no agent took it.",
                            ns3::MakeTraceSourceAccessor(&ProxyApplication::m_noAgentTrace),
                            "ns3::TracedCallback::Void")
            .AddTraceSource("Freshness",
                            "An agent appeared, aged, came back or was removed.",
                            ns3::MakeTraceSourceAccessor(&ProxyApplication::m_freshnessTrace),
                            "sonda::FreshnessTracedCallback");
    return tid;
}

} // namespace sonda::sim

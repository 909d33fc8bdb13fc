#include "scenarios/sim/proxy-site.h"

#include "model/ns3/adapters.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/pointer.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <limits>
#include <utility>

namespace sonda::sim
{

namespace
{

constexpr std::uint32_t UNKNOWN_ROW = std::numeric_limits<std::uint32_t>::max();

} // namespace

ProxySite::ProxySite(const Scenario& scenario,
                     const std::string& policy,
                     double lead,
                     RunRecorder& recorder)
    : m_recorder(recorder)
{
    const ProbeScenario& probe = scenario.probe;
    const bool relays = scenario.fidelity == Fidelity::PACKET;
    const ns3::TimeValue interval(TimeFromSeconds(probe.intervalS));
    const ns3::TimeValue window(ns3::MilliSeconds(probe.windowMs));
    m_proxy = ns3::CreateObject<ProxyApplication>();
    m_proxy->SetAttribute("Policy", ns3::StringValue(policy));
    m_proxy->SetAttribute("Interval", interval);
    m_proxy->SetAttribute("Window", window);
    m_proxy->SetAttribute("Relay", ns3::BooleanValue(relays));
    m_proxy->SetRules(scenario.proxy);
    m_checks = std::make_unique<HealthChecks>(*m_proxy, interval.Get());
    m_monitor = ns3::CreateObject<MonitorApplication>();
    m_monitor->SetAttribute("Proxy", ns3::PointerValue(m_proxy));
    m_monitor->SetAttribute("Interval", interval);
    m_monitor->SetAttribute("Window", window);
    m_monitor->SetAttribute("Slices", ns3::UintegerValue(probe.slices));
    m_monitor->SetAttribute("Lead", ns3::DoubleValue(lead));
    m_monitor->SetAttribute("Loss", ns3::DoubleValue(probe.loss));
}

void
ProxySite::Start(Formula formula, std::int64_t stream)
{
    m_proxy->SetFormula(std::move(formula));
    m_monitor->AssignStreams(stream + m_proxy->AssignStreams(stream));
    const auto connect = [this](const char* name, auto callback)
    { m_proxy->TraceConnectWithoutContext(name, callback); };
    connect("Dispatch", ns3::MakeCallback(&ProxySite::OnDispatch, this));
    connect("ConnectFailure", ns3::MakeCallback(&ProxySite::OnConnectFailure, this));
    connect("Abandonment", ns3::MakeCallback(&ProxySite::OnAbandonment, this));
    connect("Completion", ns3::MakeCallback(&ProxySite::OnCompletion, this));
    connect("Freshness", ns3::MakeCallback(&ProxySite::OnFreshness, this));
}

void
ProxySite::JoinLan(LanHelper& lan, int stacks)
{
    for (int i = 0; i < stacks; ++i)
    {
        m_hosts.push_back(lan.AddHost(ns3::Time(0)));
        if (i > 0)
        {
            m_proxy->AddStack(m_hosts.back().node);
        }
    }
    m_hosts.front().node->AddApplication(m_proxy);
    m_monitor->TraceConnectWithoutContext("Response",
                                          ns3::MakeCallback(&ProxySite::OnProbeResponse, this));
    m_hosts.front().node->AddApplication(m_monitor);
}

void
ProxySite::JoinFlow(ProbeFlow& flow)
{
    m_driver =
        &flow.AddMonitor(*m_proxy,
                         m_monitor->GetSetup(),
                         [this](const Observation& observation) { OnProbeResponse(observation); });
}

void
ProxySite::Acquaint(const LanHost& host)
{
    for (const auto& own : m_hosts)
    {
        LanHelper::Acquaint(own, host);
    }
}

std::vector<ns3::Ipv4Address>
ProxySite::Addresses() const
{
    std::vector<ns3::Ipv4Address> addresses;
    for (const auto& host : m_hosts)
    {
        addresses.push_back(host.address);
    }
    return addresses;
}

const Monitor&
ProxySite::GetMonitor() const
{
    return m_driver != nullptr ? m_driver->GetMonitor() : m_monitor->GetMonitor();
}

const StatusTable&
ProxySite::AgedTable()
{
    m_proxy->GetBalancer().Advance(Now());
    return m_proxy->GetBalancer().Table();
}

std::uint32_t
ProxySite::RowOf(AgentIndex agent)
{
    if (agent >= m_rowByAgent.size())
    {
        m_rowByAgent.resize(agent + 1, UNKNOWN_ROW);
    }
    std::uint32_t& row = m_rowByAgent[agent];
    if (row == UNKNOWN_ROW)
    {
        row = *m_recorder.FindAgent(m_proxy->GetBalancer().Table().Get(agent).id);
    }
    return row;
}

void
ProxySite::OnDispatch(AgentIndex agent)
{
    const Duration age = Now() - m_proxy->GetBalancer().Table().Get(agent).reportedAt;
    m_recorder.OnDispatch(RowOf(agent), Now(), age);
}

void
ProxySite::OnConnectFailure(AgentIndex agent)
{
    m_recorder.OnRetry(RowOf(agent), Now());
}

void
ProxySite::OnAbandonment(AgentIndex agent)
{
    m_recorder.OnAbandon(RowOf(agent), Now());
}

void
ProxySite::OnCompletion(AgentIndex agent, ns3::Time, bool good)
{
    m_recorder.OnCompletion(RowOf(agent), Now(), good);
}

void
ProxySite::OnFreshness(const AgentStatus&, Freshness to)
{
    if (to == Freshness::REMOVED)
    {
        // The index may be given to another agent.
        m_rowByAgent.clear();
    }
}

void
ProxySite::OnProbeResponse(const Observation& observation)
{
    if (observation.notice)
    {
        return;
    }
    const auto row = m_recorder.FindAgent(observation.id);
    m_recorder.OnProbe(*row, Now(), observation.elapsed, observation.hold);
}

} // namespace sonda::sim

#include "model/ns3/monitor-driver.h"

#include "ns3/simulator.h"

#include <optional>
#include <utility>

namespace sonda::sim
{

namespace
{

/** What the monitor needs to know of its proxy's policy. */
MonitorOptions
WithNotices(MonitorOptions options, ProxyApplication& proxy)
{
    options.noticeBelow = proxy.GetBalancer().GetPolicy().NoticeBelow();
    return options;
}

} // namespace

MonitorDriver::MonitorDriver(ProxyApplication& proxy, const MonitorSetup& setup, MonitorPorts ports)
    : m_proxy(proxy),
      m_monitor(WithNotices(setup.options, proxy), std::nullopt),
      m_loss(setup.loss),
      m_ports(std::move(ports))
{
    if (setup.stream != AUTOMATIC_STREAMS)
    {
        m_nonces.AssignStreams(setup.stream);
        m_losses.AssignStreams(setup.stream + 1);
    }
}

void
MonitorDriver::Start()
{
    Probe();
}

void
MonitorDriver::Stop()
{
    m_next.Cancel();
}

void
MonitorDriver::Probe()
{
    const std::string request = m_monitor.Probe(Now(), "", m_nonces);
    m_ports.toGroup(request);
    if (m_ports.requested)
    {
        m_ports.requested(request);
    }
    m_next =
        ns3::Simulator::Schedule(DelayUntil(m_monitor.NextProbe()), &MonitorDriver::Probe, this);
}

void
MonitorDriver::OnDatagram(const std::string& datagram, const std::string& source)
{
    if (m_loss > 0 && m_losses.Uniform() < m_loss)
    {
        return;
    }
    const auto observation = m_monitor.OnDatagram(datagram, source, Now());
    if (!observation)
    {
        Refuse(observation.GetError());
        return;
    }
    const auto updated = m_proxy.GetBalancer().Update(*observation, Now());
    if (!updated)
    {
        m_monitor.CountRefusal(updated.GetError().reason);
        Refuse(updated.GetError());
        return;
    }
    if (m_ports.accepted)
    {
        m_ports.accepted(*observation);
    }
}

void
MonitorDriver::OnDispatch()
{
    m_wanted.clear();
    m_proxy.GetBalancer().WantedProbes(Now(), m_nonces, m_wanted);
    for (const auto agent : m_wanted)
    {
        if (m_proxy.GetBalancer().Table().Get(agent).origin == Origin::STATIC)
        {
            continue; // nobody answers there
        }
        const std::string request = m_monitor.ProbeAgent(Now(), "", m_nonces);
        m_ports.toAgent(request, m_proxy.GetBalancer().Table().Get(agent));
        if (m_ports.requested)
        {
            m_ports.requested(request);
        }
    }
}

void
MonitorDriver::Refuse(const Refusal& refusal)
{
    if (m_ports.refused)
    {
        m_ports.refused(refusal);
    }
}

} // namespace sonda::sim

#include "model/ns3/probe-flow.h"

#include "model/protocol/codec.h"

#include "ns3/simulator.h"

#include <utility>

namespace sonda::sim
{

namespace
{

/** Where the k-th end of each kind would be on a LAN: 10.0.0.1 and on, 10.128.0.1 and on. */
constexpr std::uint32_t AGENTS_FROM = (10U << 24) + 1;
constexpr std::uint32_t MONITORS_FROM = AGENTS_FROM + (1U << 23);
constexpr std::uint16_t PROBE_PORT = 8888;

std::string
AddressOf(std::uint32_t from, std::uint32_t number)
{
    return ToText(ns3::Ipv4Address(from + number));
}

std::uint32_t
NumberOf(std::uint32_t from, const std::string& address)
{
    return ns3::Ipv4Address(address.c_str()).Get() - from;
}

std::shared_ptr<const Expected<ProbeRequest, Refusal>>
Decode(const std::string& datagram)
{
    return std::make_shared<const Expected<ProbeRequest, Refusal>>(DecodeRequest(datagram));
}

} // namespace

MonitorDriver&
ProbeFlow::AddMonitor(ProxyApplication& proxy,
                      const MonitorSetup& setup,
                      std::function<void(const Observation&)> accepted)
{
    const auto number = static_cast<std::uint32_t>(m_monitors.size());
    MonitorPorts ports;
    ports.accepted = std::move(accepted);
    ports.toGroup = [this, number](const std::string& datagram)
    {
        const auto request = Decode(datagram);
        for (std::uint32_t agent = 0; agent < m_agents.size(); ++agent)
        {
            SendToAgent(number, request, agent);
        }
    };
    ports.toAgent = [this, number](const std::string& datagram, const AgentStatus& agent)
    { SendToAgent(number, Decode(datagram), NumberOf(AGENTS_FROM, agent.source)); };
    auto driver = std::make_unique<MonitorDriver>(proxy, setup, std::move(ports));
    MonitorDriver& added = *driver;
    m_monitors.push_back({AddressOf(MONITORS_FROM, number), std::move(driver)});
    const ns3::Callback<void, AgentIndex> onDispatch([&added](AgentIndex) { added.OnDispatch(); });
    proxy.TraceConnectWithoutContext("Dispatch", onDispatch);
    ns3::Simulator::ScheduleNow(&MonitorDriver::Start, &added);
    return added;
}

AgentDriver&
ProbeFlow::AddAgent(AgentSetup setup, std::function<Report()> figures, ns3::Time delay)
{
    const auto number = static_cast<std::uint32_t>(m_agents.size());
    AgentEnd& end = m_agents.emplace_back();
    end.address = AddressOf(AGENTS_FROM, number);
    end.delay = delay;
    setup.options.server.address = end.address;
    AgentPorts ports;
    ports.figures = std::move(figures);
    ports.send = [this, number](const Reply& reply) { SendToMonitor(number, reply); };
    end.driver = std::make_unique<AgentDriver>(setup, std::move(ports));
    return *end.driver;
}

void
ProbeFlow::SendToAgent(std::uint32_t monitor, const Request& request, std::uint32_t agent)
{
    const auto arrive = [this, monitor, request, agent]()
    { m_agents[agent].driver->OnRequest(*request, m_monitors[monitor].address, PROBE_PORT); };
    ns3::Simulator::Schedule(m_agents[agent].delay, arrive);
}

void
ProbeFlow::SendToMonitor(std::uint32_t agent, const Reply& reply)
{
    const std::uint32_t monitor = NumberOf(MONITORS_FROM, reply.address);
    const auto arrive = [this, monitor, agent, datagram = reply.datagram]()
    { m_monitors[monitor].driver->OnDatagram(datagram, m_agents[agent].address); };
    ns3::Simulator::Schedule(m_agents[agent].delay, arrive);
}

} // namespace sonda::sim

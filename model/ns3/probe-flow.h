#ifndef SONDA_MODEL_NS3_PROBE_FLOW_H
#define SONDA_MODEL_NS3_PROBE_FLOW_H

#include "model/ns3/agent-driver.h"
#include "model/ns3/monitor-driver.h"

#include "ns3/nstime.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

namespace sonda::sim
{

/**
 * Probing without packets: the bytes of the PDUs travel as simulator events, between any number of
 * monitors and agents. Each agent has its own one-way delay to all monitors.
 *
 * Does not own the proxies. Destroy it after Simulator::Destroy.
 */
class ProbeFlow
{
  public:
    /**
     * \param setup what the monitor is
     * \param accepted hears what each accepted response says
     * \return the monitor, which begins at time 0 of the simulation; the flow owns it
     */
    MonitorDriver& AddMonitor(ProxyApplication& proxy,
                              const MonitorSetup& setup,
                              std::function<void(const Observation&)> accepted);

    /**
     * \param setup what the agent is; it gets an address of the flow's
     * \param figures yields its load figures
     * \param delay one way, between the agent and each monitor
     * \return the agent; the flow owns it
     */
    AgentDriver& AddAgent(AgentSetup setup, std::function<Report()> figures, ns3::Time delay);

  private:
    /** A request on its way to agents, decoded once for all of them. */
    using Request = std::shared_ptr<const Expected<ProbeRequest, Refusal>>;

    struct AgentEnd
    {
        std::string address;
        ns3::Time delay;
        std::unique_ptr<AgentDriver> driver;
    };

    struct MonitorEnd
    {
        std::string address;
        std::unique_ptr<MonitorDriver> driver;
    };

    void SendToAgent(std::uint32_t monitor, const Request& request, std::uint32_t agent);
    void SendToMonitor(std::uint32_t agent, const Reply& reply);

    std::deque<AgentEnd> m_agents; //!< they do not move
    std::deque<MonitorEnd> m_monitors;
};

} // namespace sonda::sim

#endif

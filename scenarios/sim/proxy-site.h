#ifndef SONDA_SCENARIOS_SIM_PROXY_SITE_H
#define SONDA_SCENARIOS_SIM_PROXY_SITE_H

#include "model/metrics/run-recorder.h"
#include "model/ns3/health-checks.h"
#include "model/ns3/lan-helper.h"
#include "model/ns3/monitor-application.h"
#include "model/ns3/probe-flow.h"
#include "model/ns3/proxy-application.h"
#include "scenarios/sim/scenario.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sonda::sim
{

/** Streams that one proxy site uses: the policy's and the monitor's. */
constexpr std::int64_t PROXY_SITE_STREAMS = 1 + MONITOR_STREAMS;

/**
 * A proxy of a world with its monitor, on a LAN or without one, and the link from both to the
 * recorder, which knows agents by row. Does not own the recorder.
 */
class ProxySite
{
  public:
    /** \param lead MonitorOptions::lead of its monitor */
    ProxySite(const Scenario& scenario,
              const std::string& policy,
              double lead,
              RunRecorder& recorder);
    ProxySite(const ProxySite&) = delete;
    ProxySite& operator=(const ProxySite&) = delete;

    /**
     * Gives the proxy its formula, assigns streams and begins to record; before it joins.
     * \param stream the first of PROXY_SITE_STREAMS
     */
    void Start(Formula formula, std::int64_t stream);

    /** Puts the proxy and its monitor on hosts of a LAN. \param stacks network stacks, at least 1
     */
    void JoinLan(LanHelper& lan, int stacks);

    /** Lets the same monitor ask without packets; instead of JoinLan(). */
    void JoinFlow(ProbeFlow& flow);

    /** Lets the site and another host talk; after JoinLan(). */
    void Acquaint(const LanHost& host);

    /** Lists a server that has no agent; after it has joined, and before the simulation begins. */
    void
    AddServer(HealthChecks::Server server)
    {
        m_checks->Add(std::move(server));
    }

    ProxyApplication&
    GetProxy()
    {
        return *m_proxy;
    }

    /** \return the addresses at which clients reach it, one for each stack. */
    std::vector<ns3::Ipv4Address> Addresses() const;

    const Monitor& GetMonitor() const;

    /** \return the application whose trace sources tell of probes, also where no LAN has it. */
    MonitorApplication&
    GetMonitorApplication()
    {
        return *m_monitor;
    }

    /** \return the table, with all agents aged up to now. */
    const StatusTable& AgedTable();

  private:
    std::uint32_t RowOf(AgentIndex agent);
    void OnDispatch(AgentIndex agent);
    void OnConnectFailure(AgentIndex agent);
    void OnAbandonment(AgentIndex agent);
    void OnCompletion(AgentIndex agent, ns3::Time latency, bool good);
    void OnFreshness(const AgentStatus& status, Freshness to);
    void OnProbeResponse(const Observation& observation);

    RunRecorder& m_recorder;
    ns3::Ptr<ProxyApplication> m_proxy;
    std::unique_ptr<HealthChecks> m_checks;  //!< of servers without agents
    std::vector<LanHost> m_hosts;            //!< of its stacks; empty without a LAN
    ns3::Ptr<MonitorApplication> m_monitor;  //!< runs on a LAN; without one it says what runs
    MonitorDriver* m_driver{nullptr};        //!< without a LAN
    std::vector<std::uint32_t> m_rowByAgent; //!< cache, by AgentIndex
};

} // namespace sonda::sim

#endif

#ifndef SONDA_SCENARIOS_SIM_WORLD_H
#define SONDA_SCENARIOS_SIM_WORLD_H

#include "model/metrics/run-recorder.h"
#include "model/ns3/agent-application.h"
#include "model/ns3/client-application.h"
#include "model/ns3/lan-helper.h"
#include "model/ns3/monitor-application.h"
#include "model/ns3/proxy-application.h"
#include "model/ns3/request-flow.h"
#include "model/ns3/server-application.h"
#include "scenarios/sim/background-load.h"
#include "scenarios/sim/request-log.h"
#include "scenarios/sim/scenario.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sonda::sim
{

/**
 * A scenario brought to life: hosts, network, applications, workload, events, and the recorder that
 * listens to them. One world at a time; build it, Run() it, read the recorder.
 *
 * Every purpose has random streams of its own, numbered from constants, so that all formulas and
 * policies meet the same arrivals, work, delays and waits for the same RngRun.
 */
class World
{
  public:
    /**
     * Sets Linux's values where ns-3's TCP has others. Call it once, before the command line is
     * parsed, so that the command line has the last word.
     */
    static void SetDefaults();

    World(const Scenario& scenario, Formula formula, const std::string& policy);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /** Keeps every request for requests.csv.gz; to be called before Run(). */
    void
    KeepRequests(RequestLog& log)
    {
        m_log = &log;
    }

    /**
     * Runs until the duration is over and every request has an outcome; at most for once more the
     * duration, as an overloaded server may need for its queue. A request without an outcome then
     * counts as a failure.
     */
    void Run();

    const RunRecorder&
    Recorder() const
    {
        return m_recorder;
    }

    const Monitor&
    GetMonitor() const
    {
        return m_monitor->GetMonitor();
    }

    /** \return how many requests had no outcome when the run ended. */
    std::size_t
    Abandoned() const
    {
        return m_abandoned;
    }

    /** \return how many requests have an outcome, the warm-up's included. */
    std::uint64_t
    Finished() const
    {
        return m_finished;
    }

  private:
    /** An agent's host and what runs on it; which members are set depends on the fidelity. */
    struct Host
    {
        LanHost lan;
        ns3::Ptr<AgentApplication> agent;
        ns3::Ptr<ServerApplication> application;
        ServerModel* model{nullptr};
        std::unique_ptr<BackgroundLoad> background;
    };

    /** An agent to be built: its group, and what was drawn for it. */
    struct AgentPlan
    {
        const AgentsScenario* group;
        std::string id;
        ServerOptions options;
        ns3::Time delay;
    };

    std::vector<AgentPlan> PlanAgents() const;
    void BuildProxy(Formula formula, const std::string& policy);
    void BuildStacks();
    void AcquaintWithProxy(const LanHost& host);
    void BuildAgents();
    void BuildAgent(const AgentPlan& plan);
    void BuildClients();
    void ScheduleEvents();
    void Apply(const EventScenario& event);
    void Watch();
    std::uint32_t RowOf(AgentIndex agent);
    std::size_t Unfinished() const;

    void OnDispatch(AgentIndex agent);
    void OnConnectFailure(AgentIndex agent);
    void OnCompletion(AgentIndex agent, ns3::Time latency, bool good);
    void OnResponse(ns3::Time arrival, ns3::Time responseTime, bool good);
    void OnProbeResponse(const Observation& observation);
    void OnFreshness(const AgentStatus& status, Freshness to);
    void CloseWindow();
    void OnWindowEnd();
    void OnEnd();

    Scenario m_scenario;
    RunRecorder m_recorder;
    LanHelper m_lan;
    LanHost m_proxyHost;
    std::vector<LanHost> m_proxyStacks; //!< fidelity packet: beside m_proxyHost
    ns3::Ptr<ProxyApplication> m_proxy;
    ns3::Ptr<MonitorApplication> m_monitor;
    std::unique_ptr<RequestFlow> m_flow;                //!< fidelity request
    std::vector<Host> m_hosts;                          //!< by the recorder's row
    std::vector<ns3::Ptr<ClientApplication>> m_clients; //!< fidelity packet
    std::vector<std::uint32_t> m_rowByAgent;            //!< cache, by AgentIndex
    std::uint64_t m_finished{0};
    std::size_t m_abandoned{0};
    RequestLog* m_log{nullptr};
    bool m_over{false}; //!< the duration has passed
};

} // namespace sonda::sim

#endif

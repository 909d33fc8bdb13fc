#ifndef SONDA_SCENARIOS_SIM_WORLD_H
#define SONDA_SCENARIOS_SIM_WORLD_H

#include "model/metrics/run-recorder.h"
#include "model/ns3/agent-application.h"
#include "model/ns3/client-application.h"
#include "model/ns3/lan-helper.h"
#include "model/ns3/probe-flow.h"
#include "model/ns3/request-flow.h"
#include "model/ns3/server-application.h"
#include "scenarios/sim/agent-plan.h"
#include "scenarios/sim/background-load.h"
#include "scenarios/sim/happenings.h"
#include "scenarios/sim/proxy-site.h"
#include "scenarios/sim/request-log.h"
#include "scenarios/sim/scenario.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace sonda::sim
{

/**
 * A scenario brought to life: proxies, agents and their servers, network, workload, events, and the
 * recorder that listens to them. One world at a time; build it, Run() it, read the recorder.
 *
 * What there is depends on the fidelity: a LAN with `request` and `packet`, a ProbeFlow with
 * `event`; a RequestFlow with `event` and `request`, applications for servers and clients with
 * `packet`.
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

    /** \return the proxies with their monitors. */
    const std::vector<std::unique_ptr<ProxySite>>&
    Proxies() const
    {
        return m_proxies;
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
    /** An agent and its server; which members are set depends on the fidelity. A server without
     * agent has neither of the first two. */
    struct Host
    {
        ns3::Ptr<AgentApplication> agent;        //!< with a LAN
        AgentDriver* driver{nullptr};            //!< without one
        ns3::Ptr<ServerApplication> application; //!< packet
        ServerModel* model{nullptr};

        void OnFall(std::uint32_t before, std::uint32_t after);
        void SetSilent(bool silent);
    };

    bool
    HasLan() const
    {
        return m_scenario.fidelity != Fidelity::EVENT;
    }

    void BuildProxies(const Formula& formula, const std::string& policy);
    LanHost AddHost(ns3::Time delay);
    void BuildAgents();
    void BuildAgent(const AgentPlan& plan);
    void BuildAgentEnd(Host& host, const AgentPlan& plan, std::uint32_t row);
    void ListServer(Host& host, const AgentPlan& plan, std::uint32_t row);
    void BuildClients();
    void BuildClient(std::uint32_t number, RequestSource source, ns3::Time wire);
    void BuildBackground();
    void WatchFalls();
    void ScheduleProxyEvents();
    void BefallProxies(const EventScenario& event);
    std::size_t Unfinished() const;

    void OnResponse(ns3::Time arrival, ns3::Time responseTime, bool good);
    void CloseWindow();
    void OnWindowEnd();
    void OnEnd();

    Scenario m_scenario;
    RunRecorder m_recorder;
    std::unique_ptr<LanHelper> m_lan;     //!< with a LAN
    std::unique_ptr<ProbeFlow> m_probing; //!< without one
    std::unique_ptr<RequestFlow> m_flow;  //!< unless packet
    std::vector<std::unique_ptr<ProxySite>> m_proxies;
    std::vector<Host> m_hosts; //!< by the recorder's row
    Happenings m_happenings;
    std::deque<BackgroundLoad> m_background;            //!< by group
    std::vector<ns3::Ptr<ClientApplication>> m_clients; //!< packet
    std::uint64_t m_finished{0};
    std::size_t m_abandoned{0};
    RequestLog* m_log{nullptr};
    bool m_over{false}; //!< the duration has passed
};

} // namespace sonda::sim

#endif

#ifndef SONDA_SCENARIOS_SIM_HAPPENINGS_H
#define SONDA_SCENARIOS_SIM_HAPPENINGS_H

#include "model/ns3/server-application.h"
#include "model/ns3/server-model.h"
#include "model/protocol/pdu.h"
#include "scenarios/sim/scenario.h"

#include "ns3/ptr.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sonda::sim
{

/**
 * Brings a scenario's events about: what befalls servers, and what agents say. Changes of load are
 * no matter of it; the rate of arrivals knows of them from the start (workload.h).
 *
 * Does not own the servers; must outlive the simulator's events.
 */
class Happenings
{
  public:
    /** An agent and its server, as events see them. */
    struct Subject
    {
        std::string id;
        ServerModel* model{nullptr};
        ns3::Ptr<ServerApplication> application; //!< in fidelity packet
        std::function<void(bool)> setSilent;     //!< whether the agent answers no probe
    };

    explicit Happenings(const Scenario& scenario);
    Happenings(const Happenings&) = delete;
    Happenings& operator=(const Happenings&) = delete;

    /**
     * Adds an agent, before the simulation begins. One whose first event is `join` is absent from
     * now on.
     * \return its number, from 0 on
     */
    std::size_t Add(Subject subject);

    /** Schedules all events; after all agents were added. */
    void Schedule();

    /** \return what the agent says when \p truth is so: lies, and that it drains. */
    Report Told(std::size_t agent, Report truth) const;

  private:
    /** What events have made of an agent. */
    struct Condition
    {
        Subject subject;
        bool present{true};
        bool up{true}; //!< the agent's process lives
        bool silenced{false};
        bool draining{false};
        const LieScenario* lie{nullptr}; //!< of the scenario's event
    };

    void Apply(const EventScenario& event);
    void Befall(Condition& agent, const EventScenario& event);
    static void Return(Condition& agent, EventScenario::Action action);
    static void CrashServer(Condition& agent);
    static void StopListening(Condition& agent);
    static void MakeNew(Condition& agent);
    static void UpdateSilence(const Condition& agent);

    const Scenario& m_scenario;
    std::vector<Condition> m_agents;
};

} // namespace sonda::sim

#endif

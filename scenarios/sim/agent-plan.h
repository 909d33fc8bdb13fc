#ifndef SONDA_SCENARIOS_SIM_AGENT_PLAN_H
#define SONDA_SCENARIOS_SIM_AGENT_PLAN_H

#include "model/ns3/server-model.h"
#include "scenarios/sim/scenario.h"

#include "ns3/nstime.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sonda::sim
{

/** An agent and its server, to be built: their group, and what was drawn for them. */
struct AgentPlan
{
    const AgentsScenario* group; //!< of the scenario
    std::string id;              //!< NAME[i]
    ServerOptions options;
    ns3::Time delay; //!< one way
};

/**
 * Draws speed, memory, delay and the phase of load samples of every server, in the scenario's
 * order. \param scenario must outlive the plans \param firstStream random streams are used from
 * this number on, one and then three for each group
 */
std::vector<AgentPlan> PlanAgents(const Scenario& scenario, std::int64_t firstStream);

} // namespace sonda::sim

#endif

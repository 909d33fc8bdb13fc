#ifndef SONDA_SCENARIOS_SIM_SCENARIO_PARTS_H
#define SONDA_SCENARIOS_SIM_SCENARIO_PARTS_H

#include "scenarios/sim/scenario.h"

#include <limits>
#include <string>

/** The parts of a scenario, each read and written by a file of its own; for Scenario only. */
namespace sonda::sim
{

/** No upper end. */
constexpr double ANY = std::numeric_limits<double>::max();

/** The longest time that a key may say, as of duration_s; simulated time ends at 9.2e9 s. */
constexpr double MOST_S = 1e7;
constexpr double MOST_MS = 1e3 * MOST_S;
/** Below it a run would never end. */
constexpr double TINY = 1e-6;
/** The largest share of a machine that others may take: requests must get on. */
constexpr double MOST_BACKGROUND = 0.99;

BackgroundScenario ReadBackground(JsonReader reader, std::uint32_t agents);
JsonReader::Json ToJson(const BackgroundScenario& background);

AgentsScenario ReadAgents(JsonReader reader);
JsonReader::Json ToJson(const AgentsScenario& agents);

ArrivalsScenario ReadArrivals(JsonReader& workload, double durationS);
JsonReader::Json ToJson(const ArrivalsScenario& arrivals);

WorkloadScenario ReadWorkload(JsonReader reader, double durationS);
JsonReader::Json ToJson(const WorkloadScenario& workload);

/** \return the rules that a member says, bare ones when it is absent. */
ProxyRules ReadProxyRules(JsonReader& reader, const std::string& key);
JsonReader::Json ToJson(const ProxyRules& rules);

/** \param scenario with its duration, agents and workload read */
EventScenario ReadEvent(JsonReader reader, const Scenario& scenario);
JsonReader::Json ToJson(const EventScenario& event);

} // namespace sonda::sim

#endif

#ifndef SONDA_SCENARIOS_SIM_WORKLOAD_H
#define SONDA_SCENARIOS_SIM_WORKLOAD_H

#include "model/ns3/request-source.h"
#include "scenarios/sim/scenario.h"

#include <cstdint>
#include <vector>

/** From the workload of a scenario to the requests of its clients. */
namespace sonda::sim
{

/**
 * \param capacity of all agents, seconds of work a second
 * \return how many requests a second each client makes over time: `load`, its events and a flash
 *         crowd as steps, a diurnal swing as the sine. The scenario's arrivals must follow a load.
 */
RateProfile MakeRate(const Scenario& scenario, double capacity);

/**
 * \param capacity of all agents, seconds of work a second
 * \param stream first ns-3 stream; each client takes three
 * \return one source for each client
 */
std::vector<RequestSource> MakeSources(const Scenario& scenario,
                                       double capacity,
                                       std::int64_t stream);

} // namespace sonda::sim

#endif

#ifndef SONDA_SCENARIOS_SIM_BACKGROUND_LOAD_H
#define SONDA_SCENARIOS_SIM_BACKGROUND_LOAD_H

#include "model/ns3/server-model.h"
#include "scenarios/sim/scenario.h"

#include "ns3/event-id.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"

#include <cstdint>

namespace sonda::sim
{

/** Lets others use a server's CPU, always or on and off; off comes first. Does not own the server.
 */
class BackgroundLoad
{
  public:
    BackgroundLoad(ServerModel& server, const BackgroundScenario& scenario);

    /** \return 2, the number of streams used: lengths of on and of off. */
    std::int64_t AssignStreams(std::int64_t stream);

    /** Begins, at simulated time 0. */
    void Start();

  private:
    void Switch(bool on);

    ServerModel& m_server;
    BackgroundScenario m_scenario;
    ns3::Ptr<ns3::RandomVariableStream> m_on;
    ns3::Ptr<ns3::RandomVariableStream> m_off;
};

} // namespace sonda::sim

#endif

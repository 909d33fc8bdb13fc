#ifndef SONDA_SCENARIOS_SIM_BACKGROUND_LOAD_H
#define SONDA_SCENARIOS_SIM_BACKGROUND_LOAD_H

#include "model/ns3/server-model.h"
#include "scenarios/sim/scenario.h"

#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sonda::sim
{

/**
 * Lets others use the CPUs of a group of servers, as BackgroundScenario says. Does not own the
 * servers; must outlive the simulator's events.
 */
class BackgroundLoad
{
  public:
    /** \param servers the group's, at least one */
    BackgroundLoad(const BackgroundScenario& scenario, std::vector<ServerModel*> servers);
    BackgroundLoad(const BackgroundLoad&) = delete;
    BackgroundLoad& operator=(const BackgroundLoad&) = delete;

    /** \return the number of streams used: two for each server. */
    std::int64_t AssignStreams(std::int64_t stream);

    /** Begins, at simulated time 0; after AssignStreams(). */
    void Start();

  private:
    /** Something that changes by itself: the load of some servers, or an antagonist. */
    struct Process
    {
        std::size_t first; //!< of the servers that it loads; an antagonist sits on this one
        std::size_t count; //!< of them
        /** Lengths of on and off; times and levels; times and places. */
        ns3::Ptr<ns3::RandomVariableStream> one;
        ns3::Ptr<ns3::RandomVariableStream> other;
    };

    void SetLevel(const Process& process, double level);
    void Switch(std::size_t process, bool on);
    void Redraw(std::size_t process);
    void Settle(Process& process);
    void Hop(std::size_t process);

    const BackgroundScenario m_scenario;
    const std::vector<ServerModel*> m_servers;
    std::vector<Process> m_processes;
    std::vector<bool> m_taken; //!< by an antagonist, by server
};

} // namespace sonda::sim

#endif

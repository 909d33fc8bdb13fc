#ifndef SONDA_REALNET_AGENT_AGENT_CONFIGURATION_H
#define SONDA_REALNET_AGENT_AGENT_CONFIGURATION_H

#include "model/control/agent.h"
#include "realnet/agent/options.h"
#include "realnet/common/interface.h"

#include <memory>
#include <optional>
#include <vector>

namespace sonda
{

/** A configuration that was read and found good, with what its texts stand for. */
struct AgentConfiguration
{
    std::shared_ptr<const AgentReading> reading;
    std::optional<Keyring> keyring;    //!< empty: no authentication
    std::vector<Interface> interfaces; //!< at least one
    AgentOptions options;              //!< who the agent is

    const AgentCommand&
    Command() const
    {
        return reading->command;
    }
};

/**
 * Reads command line and file and everything that they name; opens no socket. Start-up and reload.
 * \return the configuration, or every problem in it
 */
Expected<AgentConfiguration, Problems> ConfigureAgent(const CommandLine& line);

} // namespace sonda

#endif

#ifndef SONDA_REALNET_AGENT_AGENT_CONFIGURATION_H
#define SONDA_REALNET_AGENT_AGENT_CONFIGURATION_H

#include "model/control/agent.h"
#include "realnet/agent/options.h"
#include "realnet/common/interface-slots.h"

#include <memory>
#include <optional>
#include <string>

namespace sonda
{

/** A configuration that was read and found good, with what its texts stand for. */
struct AgentConfiguration
{
    std::shared_ptr<const AgentReading> reading;
    std::optional<Keyring> keyring; //!< empty: no authentication
    InterfaceSlots interfaces;      //!< some, or all, may not be there
    /** Who the agent is; without an interface to take the server's address from it has none yet,
     * and without --id no identity either. */
    AgentOptions options;

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

/** \return the identity of an agent of this machine that was given none. */
Expected<std::string> DeriveId(const Endpoint& server);

} // namespace sonda

#endif

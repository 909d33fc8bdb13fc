#include "realnet/agent/agent-configuration.h"

#include "model/protocol/ipv6.h"
#include "realnet/agent/identity.h"
#include "realnet/common/key-file.h"
#include "realnet/common/system-files.h"

namespace sonda
{

namespace
{

/** Who this agent is, from the configuration and the machine. */
AgentOptions
MakeOptions(const AgentReading& reading, const InterfaceSlot& slot, Problems& problems)
{
    const AgentCommand& command = reading.command;
    AgentOptions options;
    const std::string own = slot.interface ? slot.interface->address : "";
    options.server = {command.serve.address.value_or(own), command.serve.port};
    const bool isKnown = !options.server.address.empty();
    options.defaultWindow = command.window;
    options.baseForm = command.baseForm;
    options.id = command.id;
    if (isKnown && !IsHostAddress(options.server.address))
    {
        problems.push_back({reading.table.Get("serve").Where(),
                            options.server.address + " is not the address of one host, so no "
                                                     "proxy could connect to it"});
    }
    if (command.id.empty())
    {
        const auto id = Take(DeriveId(options.server), reading.table.Get("id"), problems);
        options.id = isKnown ? id.value_or("") : "";
    }
    return options;
}

/** Whether the keys are for this agent, and for an agent at all. */
void
CheckKeyring(const Keyring& keyring, const AgentReading& reading, Problems& problems)
{
    const std::string where = reading.table.Get("key-file").Where();
    if (keyring.HoldsMaster())
    {
        problems.push_back({where,
                            "has a master key, with which this host could pose as any other; an "
                            "agent needs what sonda-proxy --derive-key prints"});
    }
    if (keyring.AgentId() && *keyring.AgentId() != reading.command.id)
    {
        problems.push_back({where,
                            "has the keys of agent " + *keyring.AgentId() + ", and this is " +
                                reading.command.id + " (" + reading.table.Get("id").Where() + ")"});
    }
}

} // namespace

Expected<std::string>
DeriveId(const Endpoint& server)
{
    return DeriveIdentity(SystemFiles().Read("/etc/machine-id").value_or(""), server);
}

Expected<AgentConfiguration, Problems>
ConfigureAgent(const CommandLine& line)
{
    auto reading = std::make_shared<AgentReading>();
    Problems problems = ReadAgentCommand(*reading, line);
    const ProbeNetwork& network = reading->command.network;
    AgentConfiguration result{reading, {}, {network.interfaces, Family(network)}, {}};
    result.keyring = TakeKeyring(network.keyFile, reading->table.Get("key-file"), problems);
    // An agent that has a key of its own has a name.
    if (result.keyring && reading->command.id.empty())
    {
        reading->command.id = result.keyring->AgentId().value_or("");
    }
    const auto interfaces = Take(FindInterfaces(network.interfaces, Family(network)),
                                 reading->table.Get("interface"),
                                 problems);
    if (interfaces)
    {
        result.interfaces = *interfaces;
    }
    if (interfaces && interfaces->Size() > 1 && !reading->command.serve.address)
    {
        problems.push_back({reading->table.Get("serve").Where(),
                            "needs an address when there are several interfaces: an agent "
                            "advertises one, which all proxies must reach"});
    }
    else if (interfaces)
    {
        result.options = MakeOptions(*reading, interfaces->Get(0), problems);
    }
    if (result.keyring)
    {
        CheckKeyring(*result.keyring, *reading, problems);
    }
    if (!problems.empty())
    {
        return WithAbsent(std::move(problems), interfaces, reading->table.Get("interface"));
    }
    return result;
}

} // namespace sonda

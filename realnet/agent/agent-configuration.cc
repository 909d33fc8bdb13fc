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
MakeOptions(const AgentReading& reading, const Interface& interface, Problems& problems)
{
    const AgentCommand& command = reading.command;
    AgentOptions options;
    options.server = {command.serve.address.value_or(interface.address), command.serve.port};
    options.defaultWindow = command.window;
    options.baseForm = command.baseForm;
    options.id = command.id;
    if (!IsHostAddress(options.server.address))
    {
        problems.push_back({reading.table.Get("serve").Where(),
                            options.server.address + " is not the address of one host, so no "
                                                     "proxy could connect to it"});
    }
    if (command.id.empty())
    {
        const auto machineId = SystemFiles().Read("/etc/machine-id").value_or("");
        const auto id =
            Take(DeriveIdentity(machineId, options.server), reading.table.Get("id"), problems);
        options.id = id.value_or("");
    }
    return options;
}

} // namespace

Expected<AgentConfiguration, Problems>
ConfigureAgent(const CommandLine& line)
{
    auto reading = std::make_shared<AgentReading>();
    Problems problems = ReadAgentCommand(*reading, line);
    const ProbeNetwork& network = reading->command.network;
    AgentConfiguration result{reading, {}, {}, {}};
    const auto interfaces = Take(FindInterfaces(network.interfaces, Family(network)),
                                 reading->table.Get("interface"),
                                 problems);
    if (interfaces && interfaces->size() > 1 && !reading->command.serve.address)
    {
        problems.push_back({reading->table.Get("serve").Where(),
                            "needs an address when there are several interfaces: an agent "
                            "advertises one, which all proxies must reach"});
    }
    else if (interfaces)
    {
        result.interfaces = *interfaces;
        result.options = MakeOptions(*reading, interfaces->front(), problems);
    }
    if (!network.keyFile.empty())
    {
        result.keyring =
            Take(LoadKeyFile(network.keyFile), reading->table.Get("key-file"), problems);
    }
    if (!problems.empty())
    {
        return problems;
    }
    return result;
}

} // namespace sonda

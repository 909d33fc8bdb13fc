#include "model/protocol/pdu.h"
#include "realnet/proxy/options.h"

/** The part of options.h that knows what options mean together. */
namespace sonda
{

namespace
{

void
Settle(ProxyReading& reading, Problems& problems)
{
    ProxyCommand& command = reading.command;
    const auto exclude = [&](const char* one, const char* other, const char* why)
    {
        problems.push_back(
            {reading.table.Get(one).Where(),
             "and " + reading.table.Get(other).Where() + " exclude each other: " + why});
    };
    const bool isSigned = !command.network.keyFile.empty();
    const bool acceptBaseGiven = !reading.table.Get("accept-base").origin.empty();
    if (isSigned && acceptBaseGiven && command.acceptBase)
    {
        exclude("accept-base", "key-file", "a response without nonce could be replayed");
    }
    if (isSigned && command.baseForm)
    {
        exclude("base-form", "key-file", "a response without nonce could be replayed");
    }
    if (command.baseForm && !command.acceptBase)
    {
        exclude("base-form",
                "accept-base",
                "no response to a request without nonce would be accepted");
    }
    if (!command.admin && !command.adminTokenFile.empty())
    {
        exclude("admin-token-file", "admin", "there is nobody to show the token to");
    }
    if (command.window > command.interval)
    {
        problems.push_back({reading.table.Get("window").Where(),
                            "must not be longer than --interval: responses would come when their "
                            "request is forgotten"});
    }
    if (command.window > std::chrono::milliseconds(MAX_WINDOW_MS))
    {
        problems.push_back(
            {reading.table.Get("window").Where(), "must not be longer than 60s: agents refuse it"});
    }
    command.acceptBase = command.acceptBase && !isSigned;
    command.allowForeignSource = command.allowForeignSource || !isSigned;
}

} // namespace

Problems
ReadProxyCommand(ProxyReading& reading, const CommandLine& line)
{
    Problems problems = ReadConfiguration(reading.table, line);
    Settle(reading, problems);
    return problems;
}

} // namespace sonda

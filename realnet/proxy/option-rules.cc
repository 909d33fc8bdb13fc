#include "model/protocol/pdu.h"
#include "realnet/proxy/options.h"

#include <algorithm>
#include <set>
#include <string>

/** The part of options.h that knows what options mean together. */
namespace sonda
{

namespace
{

bool
IsIpv6(const std::string& address)
{
    return address.find(':') != std::string::npos;
}

std::string
Text(const AddressAndPort& at)
{
    return ToString(Endpoint{at.address.value_or("0.0.0.0"), at.port});
}

/** \return whether the kernel would not let both listen. */
bool
Collide(const AddressAndPort& one, const AddressAndPort& other)
{
    const std::string a = one.address.value_or("0.0.0.0");
    const std::string b = other.address.value_or("0.0.0.0");
    // IPv4 beside :: is kept apart, see SharesPortWithIpv4().
    const auto isAny = [](const std::string& text) { return text == "0.0.0.0" || text == "::"; };
    return one.port == other.port && one.port != 0 && IsIpv6(a) == IsIpv6(b) &&
           (a == b || isAny(a) || isAny(b));
}

/** Two places to listen at that cannot be had together. */
void
CheckListen(const ProxyReading& reading, Problems& problems)
{
    const std::vector<AddressAndPort>& listen = reading.command.listen;
    for (std::size_t i = 0; i < listen.size(); ++i)
    {
        for (std::size_t j = 0; j < i; ++j)
        {
            if (Collide(listen[i], listen[j]))
            {
                const std::string one = Text(listen[i]);
                const std::string other = Text(listen[j]);
                problems.push_back({reading.table.Get("listen").Where(),
                                    one == other ? one + " is given twice"
                                                 : one + " and " + other +
                                                       " overlap: the one without an address of "
                                                       "its own has the other's clients, too"});
            }
        }
        if (reading.command.admin && Collide(listen[i], *reading.command.admin))
        {
            problems.push_back({reading.table.Get("admin").Where(),
                                Text(*reading.command.admin) +
                                    " is where clients connect (listen " + Text(listen[i]) + ")"});
        }
    }
}

/** One server is one entry, so of two with different weights one would be ignored. */
void
RefuseDuplicates(const ProxyReading& reading, Problems& problems)
{
    std::set<std::string> seen;
    for (const StaticServer& server : reading.command.servers)
    {
        const std::string at = ToString(server.at);
        if (!seen.insert(at).second)
        {
            problems.push_back({reading.table.Get("server").Where(),
                                at +
                                    " is given twice; give each server once, with a weight "
                                    "where it shall get more: " +
                                    at + ",2"});
        }
    }
}

bool
IsGiven(const ProxyReading& reading, const char* option)
{
    return !reading.table.Get(option).origin.empty();
}

/** Options that contradict each other. */
void
CheckExclusions(const ProxyReading& reading, Problems& problems)
{
    const ProxyCommand& command = reading.command;
    const auto exclude = [&](const char* one, const char* other, const char* why)
    {
        problems.push_back(
            {reading.table.Get(one).Where(),
             "and " + reading.table.Get(other).Where() + " exclude each other: " + why});
    };
    const bool isSigned = !command.network.keyFile.empty();
    if (isSigned && IsGiven(reading, "accept-base") && command.acceptBase)
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
}

void
CheckWindow(const ProxyReading& reading, Problems& problems)
{
    const std::string where = reading.table.Get("window").Where();
    if (reading.command.window > reading.command.interval)
    {
        problems.push_back({where,
                            "must not be longer than --interval: responses would come when their "
                            "request is forgotten"});
    }
    if (reading.command.window > std::chrono::milliseconds(MAX_WINDOW_MS))
    {
        problems.push_back({where, "must not be longer than 60s: agents refuse it"});
    }
}

/** What follows from other options where it was not said. */
void
Settle(ProxyReading& reading)
{
    ProxyCommand& command = reading.command;
    const bool isSigned = !command.network.keyFile.empty();
    command.acceptBase = command.acceptBase && !isSigned;
    const bool foreignGiven = IsGiven(reading, "allow-foreign-source");
    command.foreignSources = command.allowForeignSource ? ForeignSources::ACCEPTED
                             : isSigned || foreignGiven ? ForeignSources::REFUSED
                                                        : ForeignSources::ON_LINK;
}

} // namespace

bool
SharesPortWithIpv4(const std::vector<AddressAndPort>& listen, const AddressAndPort& at)
{
    return IsIpv6(at.address.value_or("")) &&
           std::any_of(listen.begin(),
                       listen.end(),
                       [&at](const AddressAndPort& other)
                       { return other.port == at.port && !IsIpv6(other.address.value_or("")); });
}

std::vector<OwnListener>
PlacesToListen(const ProxyCommand& command)
{
    std::vector<OwnListener> places;
    for (const AddressAndPort& at : command.listen)
    {
        places.push_back(
            {{at.address.value_or("0.0.0.0"), at.port}, SharesPortWithIpv4(command.listen, at)});
    }
    if (command.admin)
    {
        places.push_back({{*command.admin->address, command.admin->port}, false});
    }
    return places;
}

Problems
ReadProxyCommand(ProxyReading& reading, const CommandLine& line)
{
    Problems problems = ReadConfiguration(reading.table, line);
    CheckExclusions(reading, problems);
    CheckWindow(reading, problems);
    CheckListen(reading, problems);
    RefuseDuplicates(reading, problems);
    Settle(reading);
    return problems;
}

} // namespace sonda

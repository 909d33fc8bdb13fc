#include "realnet/proxy/proxy-configuration.h"

#include "model/scoring/catalogue.h"
#include "realnet/common/admin-limits.h"
#include "realnet/common/descriptor.h"
#include "realnet/common/key-file.h"
#include "realnet/common/reload-port.h"
#include "realnet/common/system-files.h"

#include <algorithm>

namespace sonda
{

namespace
{

/** The built-in catalogue and the user's. */
Expected<Catalogue>
LoadCatalogue(const std::string& file)
{
    Catalogue catalogue = Catalogue::BuiltIn();
    if (file.empty())
    {
        return catalogue;
    }
    const auto text = SystemFiles().Read(file);
    if (!text)
    {
        return SystemError(file);
    }
    if (const auto added = catalogue.Add(*text, file); !added)
    {
        return added.GetError();
    }
    return catalogue;
}

std::optional<Formula>
FindFormula(const ProxyReading& reading, Problems& problems)
{
    const auto catalogue =
        Take(LoadCatalogue(reading.command.formulas), reading.table.Get("formulas"), problems);
    if (!catalogue)
    {
        return std::nullopt; // whether the name is good cannot be said
    }
    const std::string& given = reading.command.formula;
    const std::string name = given.empty() ? DefaultFormulaOf(reading.command.policy) : given;
    return Take(catalogue->Find(name), reading.table.Get("formula"), problems);
}

/** \param atStart holds what only a restart changes, and has its descriptors already */
Expected<DescriptorBudget>
ShareAmong(const ProxyCommand& command, const ProxyCommand& atStart)
{
    // For each address a listening socket, for each server a health check, for each interface a
    // monitor, or one for the default interface; two sockets to hear and to ask of the network; and
    // who asks for a reload.
    const std::size_t others = RELOAD_DESCRIPTORS + atStart.listen.size() + command.servers.size() +
                               std::max<std::size_t>(1, atStart.network.interfaces.size()) + 2 +
                               (atStart.admin ? ADMIN_DESCRIPTORS : 0);
    return ShareDescriptors(RaiseDescriptorLimit(),
                            atStart.workers,
                            atStart.pipes,
                            others,
                            command.maxConnections);
}

/** There must be a place where clients can connect. */
void
CheckListeners(const ProxyReading& reading, const ProxyProcess& process, Problems& problems)
{
    if (reading.command.listen.empty() && process.inherited.empty())
    {
        problems.push_back({reading.table.Get("listen").Where(),
                            "[] names no address, and no socket was inherited (LISTEN_FDS); at "
                            "least one [ADDRESS:]PORT is needed"});
    }
}

/** No server may be this proxy itself. */
void
CheckServers(const ProxyReading& reading, const ProxyProcess& process, Problems& problems)
{
    const OwnAddresses own =
        OwnPlaces(process.atStart ? process.atStart->command : reading.command, process.inherited);
    for (const StaticServer& server : reading.command.servers)
    {
        if (const auto objection = own.Objection(server.at))
        {
            problems.push_back({reading.table.Get("server").Where(),
                                ToString(server.at) + " is " + *objection +
                                    "; it would be its own client, until no descriptor is left"});
        }
    }
}

/** \return the policy, or null where a problem was noted. */
std::unique_ptr<Policy>
FindPolicy(const ProxyReading& reading, Problems& problems)
{
    const ProxyCommand& command = reading.command;
    auto policy = Take(MakePolicy(command.policy), reading.table.Get("policy"), problems);
    if (policy && command.baseForm && (*policy)->NoticeBelow() > 0)
    {
        problems.push_back({reading.table.Get("policy").Where(),
                            command.policy + " needs notices of agents, for which the base form "
                                             "has no words (--base-form)"});
    }
    return policy ? std::move(*policy) : nullptr;
}

/** \return the keys, if a file of them is named. */
std::optional<Keyring>
FindKeyring(const ProxyReading& reading, Problems& problems)
{
    const Option& option = reading.table.Get("key-file");
    auto keyring = TakeKeyring(reading.command.network.keyFile, option, problems);
    if (keyring && keyring->AgentId())
    {
        problems.push_back({option.Where(),
                            "has the keys of agent " + *keyring->AgentId() +
                                "; a proxy needs a master key or a shared one"});
    }
    return keyring;
}

/** \return the log, or null when none is wanted; a check leaves the file alone. */
std::unique_ptr<ConnectionLog>
OpenLog(const ProxyReading& reading, Problems& problems)
{
    const ProxyCommand& command = reading.command;
    if (command.connectionLog == "off" || command.check)
    {
        return nullptr;
    }
    return Take(ConnectionLog::Open(command.connectionLog, command.logFormat),
                reading.table.Get("connection-log"),
                problems)
        .value_or(nullptr);
}

/** \return what whoever changes something over HTTP must show, if that is wanted. */
std::optional<AdminToken>
FindToken(const ProxyReading& reading, Problems& problems)
{
    const std::string& file = reading.command.adminTokenFile;
    return file.empty()
               ? std::nullopt
               : Take(AdminToken::Load(file), reading.table.Get("admin-token-file"), problems);
}

} // namespace

OwnAddresses
OwnPlaces(const ProxyCommand& command, const std::vector<OwnListener>& inherited)
{
    std::vector<OwnListener> places = PlacesToListen(command);
    if (!inherited.empty())
    {
        places.erase(places.begin(),
                     places.begin() + static_cast<std::ptrdiff_t>(command.listen.size()));
        places.insert(places.end(), inherited.begin(), inherited.end());
    }
    return OwnAddresses(std::move(places));
}

Expected<ProxyConfiguration, Problems>
Configure(const CommandLine& line, const ProxyProcess& process)
{
    auto reading = std::make_shared<ProxyReading>();
    Problems problems = ReadProxyCommand(*reading, line);
    const ProxyCommand& command = reading->command;
    CheckListeners(*reading, process, problems);
    CheckServers(*reading, process, problems);
    auto formula = FindFormula(*reading, problems);
    auto policy = FindPolicy(*reading, problems);
    auto interfaces = Take(FindInterfaces(command.network.interfaces, Family(command.network)),
                           reading->table.Get("interface"),
                           problems);
    auto keyring = FindKeyring(*reading, problems);
    auto log = OpenLog(*reading, problems);
    const auto budget =
        Take(ShareAmong(command, process.atStart ? process.atStart->command : command),
             reading->table.Get("max-connections"),
             problems);
    auto token = FindToken(*reading, problems);
    if (!problems.empty())
    {
        return WithAbsent(std::move(problems), interfaces, reading->table.Get("interface"));
    }
    std::string formulaText = formula->GetText();
    return ProxyConfiguration{std::move(reading),
                              std::move(formulaText),
                              std::move(*formula),
                              std::move(policy),
                              std::move(keyring),
                              std::move(*interfaces),
                              *budget,
                              std::move(log),
                              std::move(token)};
}

MonitorOptions
MakeMonitorOptions(const ProxyCommand& command, const Policy& policy)
{
    MonitorOptions options;
    options.interval = command.interval;
    options.window = command.window;
    options.baseForm = command.baseForm;
    options.noticeBelow = policy.NoticeBelow();
    options.acceptBase = command.acceptBase;
    options.foreignSources = command.foreignSources;
    options.requestBytes = command.network.keyFile.empty() ? LONGEST_ANSWER : 0;
    return options;
}

TableTiming
MakeTableTiming(const ProxyCommand& command)
{
    TableTiming timing;
    timing.interval = command.interval;
    timing.window = command.window;
    return timing;
}

HealthChecks::Settings
MakeHealthSettings(const ProxyCommand& command)
{
    return {command.servers, command.interval, command.connection.connect, command.proxyProtocol};
}

RelaySettings
MakeRelaySettings(const ProxyCommand& command, std::shared_ptr<ConnectionLog> log)
{
    RelaySettings settings;
    settings.rules = command.connection;
    settings.rules.heldBack = settings.rules.queue; // there is one line, whyever a client is in it
    settings.ackTimeout = command.ackTimeout;
    settings.keepAlive = command.keepAlive;
    settings.proxyProtocol = command.proxyProtocol;
    settings.trusted = command.trusted;
    settings.log = std::move(log);
    return settings;
}

std::string
Describe(const Formula& formula)
{
    return formula.GetName() == formula.GetText()
               ? formula.GetText()
               : formula.GetName() + " (" + formula.GetText() + ")";
}

} // namespace sonda

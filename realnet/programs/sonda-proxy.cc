#include "model/base/version.h"
#include "realnet/common/key-file.h"
#include "realnet/common/log.h"
#include "realnet/common/reload-port.h"
#include "realnet/common/service-manager.h"
#include "realnet/programs/program.h"
#include "realnet/programs/visibility.h"
#include "realnet/proxy/proxy.h"

#include <csignal>
#include <exception>
#include <fmt/format.h>
#include <iostream>
#include <sodium.h>

namespace sonda
{

namespace
{

constexpr const char* NAME = "sonda-proxy";

MonitorService::Parts
MakeMonitor(ProxyConfiguration& configuration)
{
    const ProxyCommand& command = configuration.Command();
    return MonitorService::Parts{MakeMonitorOptions(command, *configuration.policy),
                                 std::move(configuration.keyring),
                                 configuration.interfaces,
                                 command.network.group,
                                 command.network.port};
}

/** The sockets that the service manager has for us, else new ones. */
Expected<std::vector<Listener>>
OpenListeners(const ProxyCommand& command, std::vector<InheritedSocket> inherited)
{
    std::vector<Listener> listeners;
    for (InheritedSocket& one : inherited)
    {
        auto listener = AdoptListener(std::move(one.socket), command.keepAlive);
        if (!listener)
        {
            return listener.GetError();
        }
        listeners.push_back(std::move(*listener));
    }
    if (!listeners.empty())
    {
        return listeners;
    }
    for (const AddressAndPort& at : command.listen)
    {
        auto listener = Listen({at.address.value_or("0.0.0.0"), at.port},
                               command.backlog,
                               command.keepAlive,
                               SharesPortWithIpv4(command.listen, at));
        if (!listener)
        {
            return listener.GetError();
        }
        listeners.push_back(std::move(*listener));
    }
    return listeners;
}

std::string
Describe(const std::vector<Listener>& listeners)
{
    std::string text;
    for (const Listener& listener : listeners)
    {
        text += (text.empty() ? "" : ", ") + ToString(listener.at) +
                (listener.inherited ? " (inherited)" : "");
    }
    return text;
}

std::string
DescribeStart(const Proxy::Parts& parts, std::uint64_t seed)
{
    const ProxyCommand& command = parts.configuration.Command();
    return fmt::format("listening on {}; group {}:{} on {}, {}; interval {:g} s, window {:g} s; "
                       "formula {}; policy {}; {} workers, at most {} connections; seed {}",
                       Describe(parts.listeners),
                       command.network.group,
                       command.network.port,
                       parts.configuration.interfaces.Describe(),
                       parts.monitor.keyring ? "authenticated" : "not authenticated",
                       ToSeconds(command.interval),
                       ToSeconds(command.window),
                       Describe(parts.configuration.formula),
                       command.policy,
                       command.workers,
                       parts.configuration.budget.connections,
                       seed);
}

/** Opens what can fail. \return the parts of the proxy, or an error */
Expected<Proxy::Parts>
MakeParts(const CommandLine& line,
          ProxyConfiguration configuration,
          std::vector<InheritedSocket> inherited)
{
    const ProxyCommand& command = configuration.Command();
    auto monitor = MakeMonitor(configuration);
    auto listeners = OpenListeners(command, std::move(inherited));
    if (!listeners)
    {
        return listeners.GetError();
    }
    auto reloads = OpenReloadSocket();
    if (!reloads)
    {
        return reloads.GetError();
    }
    return Proxy::Parts{std::move(*listeners),
                        std::move(monitor),
                        line,
                        std::move(configuration),
                        std::move(*reloads)};
}

/** Opens what can fail, then works. \return the exit code */
int
Serve(const CommandLine& line,
      ProxyConfiguration configuration,
      std::vector<InheritedSocket> inherited,
      const std::string& commandLine)
{
    auto parts = MakeParts(line, std::move(configuration), std::move(inherited));
    if (!parts)
    {
        return FailStart(NAME, parts.GetError().message);
    }
    const ProxyCommand& command = parts->configuration.Command();
    const std::uint64_t seed = command.seed.value_or(RandomSeed());
    const std::string start = DescribeStart(*parts, seed);
    SharedBalancer balancer(std::move(parts->configuration.formula),
                            std::move(parts->configuration.policy),
                            MakeTableTiming(command),
                            seed);
    balancer.SetRules(command.rules);
    Visibility::Facts facts;
    facts.proxy.version = VERSION;
    facts.proxy.commit = COMMIT;
    facts.proxy.listening = Describe(parts->listeners);
    facts.seed = seed;
    facts.commandLine = commandLine;
    const auto visibility = Visibility::Open(parts->configuration, std::move(facts), balancer);
    if (!visibility)
    {
        return FailStart(NAME, visibility.GetError().message);
    }
    parts->companions = (*visibility)->Companions();
    if (const auto admin = (*visibility)->AdminAt())
    {
        parts->admin = OwnListener{*admin, false};
    }
    Proxy proxy(std::move(*parts), balancer);
    if (const auto error = proxy.Open())
    {
        return FailStart(NAME, error->message);
    }
    return proxy.Run(start);
}

/** Prints an agent's key file; nothing else of the configuration is looked at. */
int
DeriveKey(const CommandLine& line)
{
    ProxyReading reading;
    const Problems problems = ReadConfiguration(reading.table, line);
    if (!problems.empty())
    {
        return FailStart(NAME, problems);
    }
    const std::string& path = reading.command.network.keyFile;
    if (path.empty())
    {
        return FailStart(NAME, "--derive-key: needs the file with the master key (--key-file)");
    }
    const auto keyring = LoadKeyFile(path);
    if (!keyring)
    {
        return FailStart(NAME,
                         reading.table.Get("key-file").Where() + ": " + keyring.GetError().message);
    }
    const auto file = keyring->DeriveAgentFile(reading.command.deriveKey);
    if (!file)
    {
        return FailStart(NAME, "--derive-key: " + file.GetError().message);
    }
    std::cout << *file;
    return 0;
}

int
Main(int argc, const char* const* argv)
{
    const ProgramText program = ProxyProgram(VersionAndCommit());
    CommandLine line;
    const ProxyReading form;
    if (const auto code = BeginProgram(program, form.table, argc, argv, line))
    {
        return *code;
    }
    if (line.count("derive-key"))
    {
        return DeriveKey(line);
    }
    auto inherited = InheritSockets({"data"});
    if (!inherited)
    {
        return FailStart(NAME, inherited.GetError().message);
    }
    ProxyProcess process;
    for (const InheritedSocket& one : *inherited)
    {
        process.inherited.push_back(OwnListenerOf(one.socket.Get()));
    }
    auto configuration = Configure(line, process);
    if (!configuration)
    {
        return FailStart(NAME, configuration.GetError());
    }
    if (configuration->Command().check)
    {
        return TellGood(program, configuration->reading->table, configuration->interfaces);
    }
    SetUpLog(configuration->Command().verbose);
    signal(SIGPIPE, SIG_IGN); // splice() to a socket that was reset raises it
    return Serve(line,
                 std::move(*configuration),
                 std::move(*inherited),
                 fmt::format("{}", fmt::join(argv, argv + argc, " ")));
}

} // namespace

} // namespace sonda

int
main(int argc, char** argv)
{
    if (sodium_init() < 0)
    {
        return sonda::FailStart(sonda::NAME, "libsodium found no source of random numbers");
    }
    try
    {
        return sonda::Main(argc, argv);
    }
    catch (const std::exception& error)
    {
        return sonda::FailStart(sonda::NAME, error.what());
    }
}

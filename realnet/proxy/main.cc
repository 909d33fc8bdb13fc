#include "model/scoring/catalogue.h"
#include "realnet/common/interface.h"
#include "realnet/common/key-file.h"
#include "realnet/common/system-files.h"
#include "realnet/proxy/options.h"
#include "realnet/proxy/proxy.h"

#include <csignal>
#include <exception>
#include <fmt/format.h>
#include <sodium.h>

namespace sonda
{

namespace
{

constexpr const char* NAME = "sonda-proxy";

Expected<Formula>
FindFormula(const ProxyCommand& command)
{
    Catalogue catalogue = Catalogue::BuiltIn();
    if (!command.formulas.empty())
    {
        const auto text = SystemFiles().Read(command.formulas);
        if (!text)
        {
            return SystemError("--formulas: " + command.formulas);
        }
        if (const auto added = catalogue.Add(*text, command.formulas); !added)
        {
            return Error{"--formulas: " + added.GetError().message};
        }
    }
    auto formula = catalogue.Find(command.formula);
    if (!formula)
    {
        return Error{"--formula: " + formula.GetError().message};
    }
    return formula;
}

Expected<MonitorService::Parts>
MakeMonitor(const ProxyCommand& command, const Interface& interface)
{
    Expected<UdpSocket> socket = UdpSocket::Open(interface.address, interface);
    if (!socket)
    {
        return socket.GetError();
    }
    MonitorService::Parts parts{{},
                                {},
                                std::move(*socket),
                                interface.address,
                                command.group,
                                command.port};
    parts.options.interval = command.interval;
    parts.options.window = command.window;
    parts.options.baseForm = command.baseForm;
    parts.options.acceptBase = command.acceptBase;
    parts.options.allowForeignSource = command.allowForeignSource;
    if (!command.keyFile.empty())
    {
        Expected<Keyring> keyring = LoadKeyFile(command.keyFile);
        if (!keyring)
        {
            return keyring.GetError();
        }
        parts.keyring = std::move(*keyring);
    }
    return parts;
}

std::string
DescribeStart(const ProxyCommand& command,
              const Proxy::Parts& parts,
              const Interface& interface,
              const std::string& formula,
              std::uint64_t seed)
{
    return fmt::format(
        "listening on {}; group {}:{} on {} ({}), {}; interval {:g} s, window {:g} s; "
        "formula {}; policy {}; {} workers, at most {} connections; seed {}",
        ToString(parts.listener.at),
        command.group,
        command.port,
        interface.name,
        interface.address,
        parts.monitor.keyring ? "authenticated" : "not authenticated",
        ToSeconds(command.interval),
        ToSeconds(command.window),
        formula,
        command.policy,
        command.workers,
        parts.budget.connections,
        seed);
}

/** Opens what can fail. \return the parts of the proxy, or an error */
Expected<Proxy::Parts>
MakeParts(const ProxyCommand& command, const Interface& interface)
{
    const auto budget = ShareDescriptors(RaiseDescriptorLimit(), command.workers, command.pipes);
    if (!budget)
    {
        return budget.GetError();
    }
    auto monitor = MakeMonitor(command, interface);
    if (!monitor)
    {
        return monitor.GetError();
    }
    auto listener = Listen({command.listen.address.value_or("0.0.0.0"), command.listen.port});
    if (!listener)
    {
        return listener.GetError();
    }
    return Proxy::Parts{std::move(*listener),
                        std::move(*monitor),
                        command.timeouts,
                        *budget,
                        command.workers,
                        command.drainTimeout};
}

/** Prepares everything that can fail, then works. \return the exit code */
int
Serve(const ProxyCommand& command)
{
    auto formula = FindFormula(command);
    if (!formula)
    {
        return FailStart(NAME, formula.GetError().message);
    }
    auto policy = MakePolicy(command.policy);
    if (!policy)
    {
        return FailStart(NAME, "--policy: " + policy.GetError().message);
    }
    const auto interface = FindInterface(command.interface);
    if (!interface)
    {
        return FailStart(NAME, interface.GetError().message);
    }
    auto parts = MakeParts(command, *interface);
    if (!parts)
    {
        return FailStart(NAME, parts.GetError().message);
    }
    const bool isNamed = formula->GetName() != formula->GetText();
    const std::string formulaText =
        isNamed ? formula->GetName() + " (" + formula->GetText() + ")" : formula->GetText();
    const std::uint64_t seed = command.seed.value_or(RandomSeed());
    const std::string start = DescribeStart(command, *parts, *interface, formulaText, seed);
    TableTiming timing;
    timing.interval = command.interval;
    SharedBalancer balancer(std::move(*formula), std::move(*policy), timing, seed);
    Proxy proxy(std::move(*parts), balancer);
    spdlog::info(start); // signals are heeded from here on
    proxy.Run();
    return 0;
}

int
Main(int argc, const char* const* argv)
{
    ProxyCommand command;
    if (const auto code = ParseProxyCommand(argc, argv, command))
    {
        return *code;
    }
    SetUpLog(command.verbose);
    signal(SIGPIPE, SIG_IGN); // splice() to a socket that was reset raises it
    try
    {
        return Serve(command);
    }
    catch (const std::exception& error)
    {
        return FailStart(NAME, error.what());
    }
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
    return sonda::Main(argc, argv);
}

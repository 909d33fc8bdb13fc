#include "realnet/proxy/options.h"

#include "model/protocol/pdu.h"
#include "realnet/common/command-line.h"
#include "realnet/common/log.h"

#include <algorithm>
#include <thread>

namespace sonda
{

namespace
{

constexpr const char* ABOUT =
    "Relays TCP connections to the servers whose agents answer Sonda's probes.\n\n"
    "SIGTERM or SIGINT: takes no more clients, lets running connections end for the drain "
    "timeout,\n"
    "then ends with exit code 0; a second signal ends at once. Exit code 1: it cannot start.\n"
    "SIGUSR1 logs all counters and agents as one line of JSON; so does the end.";

Expected<AddressAndPort>
ParseListen(const std::string& text)
{
    return ParseAddressAndPort(text, true);
}

void
AddDuration(CLI::App& app,
            const char* name,
            Duration& target,
            const char* meaning,
            const char* defaultText)
{
    AddParsed(app, name, target, meaning, "DURATION", defaultText, ParseDuration);
}

void
AddRelayOptions(CLI::App& app, ProxyCommand& command)
{
    AddParsed(app,
              "--listen",
              command.listen,
              "Where clients connect; port 0 takes a free one",
              "[ADDRESS:]PORT",
              "80",
              ParseListen);
    command.workers = std::max(1U, std::thread::hardware_concurrency());
    app.add_option("--workers", command.workers, "Threads that relay [default: one per core]")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 256));
    command.pipes = 64;
    app.add_option("--pipes", command.pipes, "Pipes per worker for streams; 0: always copy")
        ->type_name("NUMBER")
        ->check(CLI::Range(0, 4096))
        ->capture_default_str();
    AddDuration(app,
                "--connect-timeout",
                command.timeouts.connect,
                "A server that has not answered by then has failed; the next one is tried",
                "3s");
    AddDuration(app,
                "--idle-timeout",
                command.timeouts.idle,
                "A connection on which nothing moves is reset",
                "10m");
    AddDuration(app,
                "--half-closed-timeout",
                command.timeouts.halfClosed,
                "The same when one direction has ended",
                "30s");
    AddDuration(app,
                "--drain-timeout",
                command.drainTimeout,
                "How long running connections may go on after SIGTERM",
                "5s");
}

void
AddMonitorOptions(CLI::App& app, ProxyCommand& command)
{
    AddDuration(app, "--interval", command.interval, "Time between probe requests", "5s");
    AddDuration(app, "--window", command.window, "Agents spread their responses over it", "500ms");
    command.formula = "connections";
    app.add_option("--formula", command.formula, "Score of an agent: a name, or 'min: TEXT'")
        ->type_name("NAME|TEXT")
        ->capture_default_str();
    app.add_option("--formulas", command.formulas, "Further named formulas")->type_name("FILE");
    command.policy = "sample:2";
    app.add_option("--policy", command.policy, "How an agent is picked")
        ->type_name("NAME[:PARAMETER]")
        ->capture_default_str();
    app.add_option("--seed", command.seed, "Seed of random picks [default: from the kernel]")
        ->type_name("NUMBER");
}

/** What two options together mean. \return an error in words, or nothing */
std::optional<std::string>
Settle(ProxyCommand& command, bool acceptBaseGiven)
{
    const bool isSigned = !command.keyFile.empty();
    if (isSigned && acceptBaseGiven && command.acceptBase)
    {
        return "--accept-base and --key-file exclude each other: a response without nonce could "
               "be replayed";
    }
    if (isSigned && command.baseForm)
    {
        return "--base-form and --key-file exclude each other: a response without nonce could be "
               "replayed";
    }
    if (command.baseForm && !command.acceptBase)
    {
        return "--base-form and --no-accept-base exclude each other: no response to a request "
               "without nonce would be accepted";
    }
    if (command.window > command.interval)
    {
        return "--window must not be longer than --interval: responses would come when their "
               "request is forgotten";
    }
    if (command.window > std::chrono::milliseconds(MAX_WINDOW_MS))
    {
        return "--window must not be longer than 60s: agents refuse it";
    }
    command.acceptBase = command.acceptBase && !isSigned;
    command.allowForeignSource = command.allowForeignSource || !isSigned;
    return std::nullopt;
}

} // namespace

std::optional<int>
ParseProxyCommand(int argc, const char* const* argv, ProxyCommand& command)
{
    CLI::App app(ABOUT, "sonda-proxy");
    app.set_version_flag("--version", "sonda-proxy " SONDA_VERSION " (" SONDA_COMMIT ")");
    AddRelayOptions(app, command);
    AddProbeOptions(app, command.group, command.port, command.interface, command.keyFile);
    AddMonitorOptions(app, command);
    const auto* acceptBase =
        app.add_flag("--accept-base,!--no-accept-base",
                     command.acceptBase,
                     "Accept responses without nonce [default: yes; no with --key-file]");
    app.add_flag("--base-form", command.baseForm, "Ask in the base form: no nonce, no window");
    command.allowForeignSource = false;
    app.add_flag("--allow-foreign-source",
                 command.allowForeignSource,
                 "With --key-file: accept responses from another address than they advertise");
    app.add_flag("--verbose", command.verbose, "Log every probe response");
    if (const auto code = ParseCommandLine(app, argc, argv))
    {
        return code;
    }
    if (const auto error = Settle(command, acceptBase->count() > 0))
    {
        return FailStart("sonda-proxy", *error);
    }
    return std::nullopt;
}

} // namespace sonda

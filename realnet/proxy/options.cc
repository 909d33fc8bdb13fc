#include "realnet/proxy/options.h"

#include "model/base/shown.h"
#include "realnet/proxy/pick-options.h"

#include <algorithm>
#include <thread>

namespace sonda
{

namespace
{

Expected<AddressAndPort>
ParseListen(const std::string& text)
{
    return ParseAddressAndPort(text, true);
}

Expected<Duration>
ParseKeepAlive(const std::string& text)
{
    auto duration = ParseDuration(text);
    if (duration &&
        (*duration < std::chrono::seconds(1) || *duration > std::chrono::seconds(32767)))
    {
        return Error{Quoted(text) + " is not from 1s to 32767s, the limits of the kernel"};
    }
    return duration;
}

Option&
AddDuration(OptionTable& table,
            const char* name,
            Duration& target,
            const std::string& defaultText,
            const char* meaning,
            std::chrono::milliseconds least = std::chrono::milliseconds(1),
            const char* why = "time is counted in milliseconds here")
{
    Option& option =
        table.Add(name, "DURATION", target, defaultText, meaning, DurationFrom(least, why));
    option.scope = OptionScope::LIVE;
    return option;
}

void
AddClientOptions(OptionTable& table, ProxyCommand& command)
{
    table.Heading("Clients");
    table.AddList(
        "listen",
        "[ADDRESS:]PORT",
        command.listen,
        {"80"},
        "Where clients connect; a port alone is IPv4, [::]:PORT is IPv4 and IPv6 unless IPv4 "
        "is given apart; port 0 takes a free one. Sockets that a service manager "
        "hands over under the name \"data\" take its place",
        ParseListen);
    table.AddNumber("backlog",
                    command.backlog,
                    "65535",
                    "Clients that wait in the kernel for each address, at most net.core.somaxconn",
                    WholeFrom<int>(1, 1 << 30));
    table
        .AddNumber(
            "max-connections",
            command.maxConnections,
            "",
            "Connections at a time; more clients wait in the kernel [default: as many as the "
            "limit of open files allows]",
            WholeFrom<std::optional<std::size_t>>(1, 1 << 29))
        .scope = OptionScope::LIVE;
    table
        .AddList(
            "trusted-proxy",
            "ADDRESS[/BITS]",
            command.trusted,
            {},
            "Clients from here must begin with a header of the PROXY protocol, version 1 or 2, "
            "which is believed",
            Network::Parse)
        .scope = OptionScope::LIVE;
}

void
AddThreadOptions(OptionTable& table, ProxyCommand& command)
{
    command.workers = std::max(1U, std::thread::hardware_concurrency());
    table.AddNumber("workers",
                    command.workers,
                    "",
                    "Threads that relay [default: one per core]",
                    WholeFrom<unsigned>(1, 256));
    table.Add(
        "scheduling",
        "HOW",
        command.scheduling,
        "batch",
        "How the kernel schedules them: batch lets clients and servers on the same cores finish "
        "first, so that more is done in one go; normal interrupts them",
        ParseScheduling);
    table.AddNumber("pipes",
                    command.pipes,
                    "64",
                    "Pipes per worker for streams; 0: always copy",
                    WholeFrom<unsigned>(0, 4096));
}

/** How long a connection may be at something. */
void
AddTimeoutOptions(OptionTable& table, ProxyCommand& command)
{
    const ConnectionRules shipped = ProxyRules::AsShipped().connection;
    table.Heading("Times");
    AddDuration(
        table,
        "queue-timeout",
        command.connection.queue,
        DurationText(shipped.queue),
        "A client that no agent can take waits so long, then it is reset; with trials of silent "
        "servers, so long and the connect timeout");
    AddDuration(table,
                "connect-timeout",
                command.connection.connect,
                DurationText(shipped.connect),
                "A server that has not answered by then has failed; the next one is tried");
    AddDuration(table,
                "idle-timeout",
                command.connection.idle,
                DurationText(shipped.idle),
                "A connection on which nothing moves is reset");
    AddDuration(table,
                "half-closed-timeout",
                command.connection.halfClosed,
                DurationText(shipped.halfClosed),
                "The same when one direction has ended");
}

/** When somebody is taken for gone, or told to go. */
void
AddPatienceOptions(OptionTable& table, ProxyCommand& command)
{
    table
        .Add("ack-timeout",
             "DURATION",
             command.ackTimeout,
             "20s",
             "A peer that has acknowledged nothing for so long, though it was sent something, is "
             "gone; one that only does not read is not",
             DurationFrom(std::chrono::seconds(1), "TCP sends nothing twice in less"))
        .scope = OptionScope::LIVE;
    table
        .Add("keep-alive",
             "DURATION",
             command.keepAlive,
             "30s",
             "The kernel asks a silent peer after so long whether it is still there, three times "
             "within half of it; then it is gone",
             ParseKeepAlive)
        .scope = OptionScope::LIVE;
    AddDuration(table,
                "drain-timeout",
                command.drainTimeout,
                "30s",
                "How long running connections may go on after SIGTERM");
}

void
AddMonitorOptions(OptionTable& table, ProxyCommand& command)
{
    AddProbeOptions(table,
                    command.network,
                    "Interface to a LAN of agents; those of all are in one table");
    AddDuration(table,
                "interval",
                command.interval,
                "5s",
                "Time between probe requests; at least 10ms",
                std::chrono::milliseconds(10),
                "every round goes to all hosts of the LAN, and each answer costs both ends work");
    AddDuration(table, "window", command.window, "500ms", "Agents spread their responses over it");
    table
        .AddFlag("accept-base",
                 command.acceptBase,
                 true,
                 "Accept responses without nonce [with a key: no]")
        .scope = OptionScope::LIVE;
    table.AddFlag("base-form", command.baseForm, false, "Ask in the base form: no nonce, no window")
        .scope = OptionScope::LIVE;
    table
        .AddFlag(
            "allow-foreign-source",
            command.allowForeignSource,
            false,
            "Accept responses from another address than they advertise, whichever it is [without "
            "a key: addresses of the interface's networks]")
        .scope = OptionScope::LIVE;
}

void
AddLogOptions(OptionTable& table, ProxyCommand& command)
{
    table.Heading("Logs");
    table
        .Add("connection-log",
             "FILE",
             command.connectionLog,
             "off",
             "One line per connection at its end, into a file that a reload opens anew; - for "
             "standard output, off for none",
             AnyText)
        .scope = OptionScope::LIVE;
    table
        .Add("log-format",
             "FORMAT",
             command.logFormat,
             "key-value",
             "Of these lines: key-value or json",
             ParseLogFormat)
        .scope = OptionScope::LIVE;
}

Expected<std::optional<AddressAndPort>>
ParseAdmin(const std::string& text)
{
    if (text == "off")
    {
        return std::optional<AddressAndPort>();
    }
    auto at = ParseAddressAndPort(text, true);
    if (!at)
    {
        return Error{at.GetError().message + "; or off"};
    }
    at->address = at->address.value_or("127.0.0.1");
    return std::optional(*at);
}

void
AddVisibilityOptions(OptionTable& table, ProxyCommand& command)
{
    table.Heading("Watching");
    table.Add("admin",
              "[ADDRESS:]PORT|off",
              command.admin,
              "127.0.0.1:8404",
              "Live page, state and metrics over HTTP, for this machine unless another address is "
              "given",
              ParseAdmin);
    table
        .Add("admin-token-file",
             "FILE",
             command.adminTokenFile,
             "",
             "Whoever shows its first line may drain agents over HTTP",
             AnyText)
        .scope = OptionScope::LIVE;
    table.Add("record",
              "DIR",
              command.record,
              "",
              "Write result files as the simulator does into this new folder; complete at the end",
              AnyText);
}

} // namespace

ProxyReading::ProxyReading()
{
    AddClientOptions(table, command);
    AddThreadOptions(table, command);
    AddTimeoutOptions(table, command);
    AddPatienceOptions(table, command);
    AddMonitorOptions(table, command);
    AddPickOptions(table, command);
    AddServerOptions(table, command);
    AddLogOptions(table, command);
    AddVisibilityOptions(table, command);
    AddCommonOptions(table, command);
    table
        .Add("derive-key",
             "ID",
             command.deriveKey,
             "",
             "Print the key file of the agent with this id, derived from the master keys in "
             "--key-file, and end",
             AnyText)
        .scope = OptionScope::COMMAND_ONLY;
    table.AddFlag("verbose", command.verbose, false, "Log every probe response").scope =
        OptionScope::LIVE;
}

ProgramText
ProxyProgram(std::string version)
{
    return {
        "sonda-proxy",
        std::move(version),
        "relay TCP connections to the server that probes say is best",
        "Relays TCP connections to the servers whose agents answer Sonda's probes.",
        "SIGTERM or SIGINT: takes no more clients, lets running connections end for the drain\n"
        "timeout, then resets what is left; a second signal ends at once. SIGHUP: reads the\n"
        "configuration again; a broken one is logged and changes nothing. SIGUSR1: logs all\n"
        "counters and agents as one line of JSON; so does the end.",
        "0: ended by a signal. 1: cannot start, or --check found a problem. 2: connections were\n"
        "still there at the end of the drain timeout.",
        "/etc/sonda/proxy.json",
        "sonda-agent(8)"};
}

} // namespace sonda

#include "realnet/agent/options.h"

#include "realnet/agent/identity.h"

namespace sonda
{

namespace
{

Expected<AddressAndPort>
ParseServe(const std::string& text)
{
    return ParseAddressAndPort(text, false);
}

Expected<double>
ParseWeight(const std::string& text)
{
    return ParseReal(text, 1e-6, 1e6);
}

Expected<ServerState>
ParseState(const std::string& text)
{
    return ParseOneOf<ServerState>(text,
                                   "state",
                                   {{ToString(ServerState::READY), ServerState::READY},
                                    {ToString(ServerState::DRAIN), ServerState::DRAIN},
                                    {ToString(ServerState::DOWN), ServerState::DOWN}});
}

Expected<std::string>
ParseId(const std::string& text)
{
    if (auto error = CheckIdentity(text))
    {
        return *error;
    }
    return text;
}

void
AddServerOptions(OptionTable& table, AgentCommand& command)
{
    table.Heading("Server");
    table.Add("serve",
              "[ADDRESS:]PORT",
              command.serve,
              "80",
              "Where the server accepts TCP, as the response advertises it; without an address it "
              "is the interface's",
              ParseServe);
    table.Add("id",
              "NAME",
              command.id,
              "",
              "Stable identity [default: derived from the machine's id]",
              ParseId);
    table.AddNumber("weight", command.weight, "1", "Relative capacity of the server", ParseWeight)
        .scope = OptionScope::LIVE;
    table
        .Add("state",
             "STATE",
             command.state,
             "ready",
             "What the operator wants: ready; drain, no new connections; down, out of service",
             ParseState)
        .scope = OptionScope::LIVE;
}

/** How the load is told and measured. */
void
AddReportOptions(OptionTable& table, AgentCommand& command)
{
    table
        .Add("window",
             "DURATION",
             command.window,
             "500ms",
             "Longest random wait for requests that name none (the base form)",
             DurationFrom(std::chrono::milliseconds(1), "time is counted in milliseconds here"))
        .scope = OptionScope::LIVE;
    table
        .Add("count-period",
             "DURATION",
             command.countPeriod,
             "10ms",
             "The server's connections are counted at most once in this time, and for at most a "
             "fifth of it; answers tell the last count, notices wait for the next one",
             DurationFrom(std::chrono::milliseconds(1),
                          "a count asks the kernel for all connections of the server"))
        .scope = OptionScope::LIVE;
    table
        .Add(
            "cgroup",
            "server|own|none|PATH|UNIT",
            command.cgroup,
            "server",
            "Whose limits on memory and CPU count, cgroup versions 1 and 2: those of the group in "
            "which the socket at --serve was made, and while none listens in sight the agent's own "
            "(server); the agent's own (own); nobody's, so the machine's figures are told as they "
            "are (none); those of a group, such as /system.slice/nginx.service (PATH), or of a "
            "systemd unit, such as nginx.service (UNIT). Limits of the groups above it count, too",
            ParseCgroupWish)
        .scope = OptionScope::LIVE;
}

} // namespace

AgentReading::AgentReading()
{
    AddServerOptions(table, command);
    AddProbeOptions(table,
                    command.network,
                    "Interface by which proxies ask; with several, --serve must say which address "
                    "all of them shall use");
    AddReportOptions(table, command);
    table.AddFlag("base-form",
                  command.baseForm,
                  false,
                  "Answer with the keys of the base form only");
    table.AddNumber("seed",
                    command.seed,
                    "",
                    "Seed of the random waits [default: from the kernel]",
                    WholeFrom<std::optional<std::uint64_t>>(0, UINT64_MAX));
    AddCommonOptions(table, command);
    table.AddFlag("print", command.print, false, "Print the response that would be sent, and end")
        .scope = OptionScope::COMMAND_ONLY;
    table.AddFlag("verbose", command.verbose, false, "Log every probe").scope = OptionScope::LIVE;
}

ProgramText
AgentProgram(std::string version)
{
    return {"sonda-agent",
            std::move(version),
            "answer probes with the load of this machine",
            "Answers Sonda's probe requests with the load of this machine. Runs on every back-end\n"
            "server.",
            "SIGTERM or SIGINT: tells the proxies that it takes no more connections (drain), and "
            "ends;\n"
            "a second signal ends at once. SIGHUP: reads the configuration again; a broken one is "
            "logged\n"
            "and changes nothing. SIGUSR1: logs the counters as one line of JSON; so does the end.",
            "0: ended by a signal. 1: cannot start, or --check found a problem.",
            "/etc/sonda/agent.json",
            "sonda-proxy(8)"};
}

Problems
ReadAgentCommand(AgentReading& reading, const CommandLine& line)
{
    Problems problems = ReadConfiguration(reading.table, line);
    if (reading.command.baseForm && !reading.command.network.keyFile.empty())
    {
        problems.push_back({reading.table.Get("base-form").Where(),
                            "and " + reading.table.Get("key-file").Where() +
                                " exclude each other: the base form has no nonce, so a signed "
                                "answer could be replayed"});
    }
    return problems;
}

} // namespace sonda

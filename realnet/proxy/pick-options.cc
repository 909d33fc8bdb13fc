#include "realnet/proxy/pick-options.h"

namespace sonda
{

namespace
{

/** Which servers, and what each of them gets. */
void
AddServers(OptionTable& table, ProxyCommand& command)
{
    table
        .AddList(
            "server",
            "ADDRESS:PORT[,WEIGHT]",
            command.servers,
            {},
            "A server without agent: it is connected to every interval, to see whether it works",
            ParseStaticServer)
        .scope = OptionScope::LIVE;
    table
        .Add("proxy-protocol",
             "VERSION",
             command.proxyProtocol,
             "off",
             "Header that tells servers who the client is: off, v1 or v2",
             ParseProxyProtocol)
        .scope = OptionScope::LIVE;
    table
        .AddNumber("per-agent-max",
                   command.rules.mostInFlight,
                   "0",
                   "Connections that one agent gets at a time; 0: no limit",
                   WholeFrom<std::uint32_t>(0, 1 << 29))
        .scope = OptionScope::LIVE;
}

/** How servers come and go. */
void
AddComing(OptionTable& table, TableRules& rules)
{
    table
        .Add("slow-start",
             "DURATION",
             rules.slowStart,
             "30s",
             "An agent that is new or returns gets 10 % of its picks first, all of them after this "
             "time; off: all at once",
             [](const std::string& text)
             {
                 static const auto parse =
                     DurationFrom(std::chrono::milliseconds(1),
                                  "write off for no slow start; time is counted in milliseconds "
                                  "here");
                 return text == "off" ? Expected<Duration>(Duration::zero()) : parse(text);
             })
        .scope = OptionScope::LIVE;
    table
        .AddNumber(
            "panic-below",
            rules.panicBelow,
            "0.5",
            "When fewer than this share of the agents answers, silent ones are picked, too; 0: "
            "never",
            [](const std::string& text) { return ParseReal(text, 0, 1); })
        .scope = OptionScope::LIVE;
    table
        .AddNumber("panic-intervals",
                   rules.panicIntervals,
                   "25",
                   "So long after its last report, in intervals, a silent agent is forgotten even "
                   "then",
                   [](const std::string& text) { return ParseReal(text, 10, 1e6); })
        .scope = OptionScope::LIVE;
    table
        .AddNumber("max-agents",
                   rules.mostAgents,
                   "4096",
                   "So many agents and servers are known at a time; more are refused",
                   WholeFrom<std::size_t>(1, 1 << 20))
        .scope = OptionScope::LIVE;
}

/** After what a server that lets connections fail rests. */
void
AddRests(OptionTable& table, TableRules& rules)
{
    table
        .AddNumber(
            "early-resets",
            rules.earlyResetsToRest,
            "3",
            "After so many connections in a row that a server resets before it sends a byte, "
            "it rests as after a failed connect, as long as there are others; 0: never",
            WholeFrom<std::uint32_t>(0, 1 << 20))
        .scope = OptionScope::LIVE;
    table
        .AddNumber("empty-ends",
                   rules.emptyEndsToRest,
                   "0",
                   "The same for connections in a row that a server ends before the client does, "
                   "without a byte; 0: never",
                   WholeFrom<std::uint32_t>(0, 1 << 20))
        .scope = OptionScope::LIVE;
}

} // namespace

void
AddPickOptions(OptionTable& table, ProxyCommand& command)
{
    table.Heading("Picks");
    table
        .Add("formula",
             "NAME|TEXT",
             command.formula,
             "",
             "Score of an agent: a name, or 'min: TEXT' [default: the policy's]",
             AnyText)
        .scope = OptionScope::LIVE;
    table.Add("formulas", "FILE", command.formulas, "", "Further named formulas", AnyText).scope =
        OptionScope::LIVE;
    table
        .Add("policy",
             "NAME[:PARAMETER]",
             command.policy,
             "best",
             "How an agent is picked",
             AnyText)
        .scope = OptionScope::LIVE;
    table.AddNumber("seed",
                    command.seed,
                    "",
                    "Seed of random picks [default: from the kernel]",
                    WholeFrom<std::optional<std::uint64_t>>(0, UINT64_MAX));
}

void
AddServerOptions(OptionTable& table, ProxyCommand& command)
{
    table.Heading("Servers");
    AddServers(table, command);
    AddComing(table, command.rules);
    AddRests(table, command.rules);
}

} // namespace sonda

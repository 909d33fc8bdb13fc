#include "realnet/proxy/pick-options.h"

#include "model/connection/proxy-rules.h"

#include <fmt/format.h>

namespace sonda
{

namespace
{

const TableRules SHIPPED = ProxyRules::AsShipped().table;

/** A time that may be 0, which is written as off. */
Expected<Duration>
ParseOffOr(const std::string& text)
{
    static const auto parse =
        DurationFrom(std::chrono::milliseconds(1),
                     "write off for none; time is counted in milliseconds here");
    return text == "off" ? Expected<Duration>(Duration::zero()) : parse(text);
}

/** How servers that are new or return are spared. */
void
AddStart(OptionTable& table, TableRules& rules)
{
    table
        .Add("slow-start",
             "DURATION",
             rules.slowStart,
             DurationText(SHIPPED.slowStart),
             fmt::format("An agent that is new or returns gets {:g} % of its picks first, all of "
                         "them after this time; off: all at once",
                         100 * SHIPPED.slowStartFrom),
             ParseOffOr)
        .scope = OptionScope::LIVE;
    table
        .Add("probation",
             "DURATION",
             rules.probation,
             DurationText(SHIPPED.probation),
             "For so long it gets no more connections at a time than twice what all have on "
             "average by weight, and two; off: as many as the policy likes",
             ParseOffOr)
        .scope = OptionScope::LIVE;
}

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
                   fmt::format("{}", SHIPPED.mostInFlight),
                   "Connections that one agent gets at a time; 0: no limit",
                   WholeFrom<std::uint32_t>(0, 1 << 29))
        .scope = OptionScope::LIVE;
}

/** How servers come and go. */
void
AddComing(OptionTable& table, TableRules& rules)
{
    AddStart(table, rules);
    table
        .AddNumber(
            "panic-below",
            rules.panicBelow,
            fmt::format("{}", SHIPPED.panicBelow),
            "When fewer than this share of the agents answers, silent ones are picked, too; 0: "
            "never",
            [](const std::string& text) { return ParseReal(text, 0, 1); })
        .scope = OptionScope::LIVE;
    table
        .AddNumber("panic-intervals",
                   rules.panicIntervals,
                   fmt::format("{}", SHIPPED.panicIntervals),
                   "So long after its last report, in intervals, a silent agent is forgotten even "
                   "then",
                   [](const std::string& text) { return ParseReal(text, 10, 1e6); })
        .scope = OptionScope::LIVE;
    table
        .AddNumber("max-agents",
                   rules.mostAgents,
                   fmt::format("{}", SHIPPED.mostAgents),
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
            fmt::format("{}", SHIPPED.earlyResetsToRest),
            "After so many connections in a row that a server resets before it sends a byte, "
            "it rests as after a failed connect, as long as there are others; 0: never",
            WholeFrom<std::uint32_t>(0, 1 << 20))
        .scope = OptionScope::LIVE;
    table
        .AddNumber("empty-ends",
                   rules.emptyEndsToRest,
                   fmt::format("{}", SHIPPED.emptyEndsToRest),
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

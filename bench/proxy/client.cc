#include "bench/proxy/loads.h"
#include "realnet/common/option-values.h"
#include "realnet/proxy/descriptor-budget.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

/**
 * The client of `./sonda bench proxy`: makes one load (loads.h) and prints what it saw as one line
 * of JSON. Exit code 0, also with errors in the result; 1 when the load could not be made.
 */
namespace sonda::bench
{

namespace
{

/** All that the loads want to know. */
struct Wanted
{
    std::string to;
    unsigned sources{0};
    unsigned connections{1};
    unsigned count{1};
    std::uint64_t bytes{1};
    double rate{1};
    double seconds{1};

    Route
    ToRoute() const
    {
        const auto parsed = ParseAddressAndPort(to, false);
        if (!parsed || !parsed->address)
        {
            Fail(Error{"--to: \"" + to + "\" is no ADDRESS:PORT"});
        }
        return Route(SocketAddress(*parsed->address, parsed->port), sources);
    }
};

CLI::App*
AddLoad(CLI::App& app, const char* name, const char* about, Wanted& wanted)
{
    CLI::App* load = app.add_subcommand(name, about);
    load->add_option("--to", wanted.to, "ADDRESS:PORT")->required();
    load->add_option("--sources", wanted.sources, "Addresses to come from")->check(CLI::Range(250));
    return load;
}

void
AddConnections(CLI::App* load, Wanted& wanted)
{
    load->add_option("--connections", wanted.connections, "At a time")
        ->check(CLI::Range(1, 100000));
}

void
AddSeconds(CLI::App* load, Wanted& wanted)
{
    load->add_option("--seconds", wanted.seconds, "Duration")->check(CLI::Range(0.01, 3600.0));
}

int
Main(int argc, char** argv)
{
    CLI::App app("Makes one load on a server or a proxy and says how it went.");
    app.require_subcommand(1);
    Wanted wanted;
    auto* shorts = AddLoad(app, "short", "Short connections, read to their end", wanted);
    auto* bulk = AddLoad(app, "bulk", "Streams from the server", wanted);
    auto* first = AddLoad(app, "first-byte", "Servers that speak first", wanted);
    auto* rate = AddLoad(app, "rate", "Requests at a fixed rate", wanted);
    auto* rest = AddLoad(app, "rest", "Connections that do nothing", wanted);
    for (auto* load : {shorts, bulk, rate, rest})
    {
        AddConnections(load, wanted);
    }
    for (auto* load : {shorts, bulk, rate})
    {
        AddSeconds(load, wanted);
    }
    bulk->add_option("--bytes", wanted.bytes, "Of each stream")->check(CLI::Range(1UL, 1UL << 50));
    first->add_option("--count", wanted.count, "Connections")->check(CLI::Range(1, 1000000));
    rate->add_option("--rate", wanted.rate, "Requests per second")->check(CLI::Range(1.0, 1e7));
    CLI11_PARSE(app, argc, argv);

    RaiseDescriptorLimit();
    const Route route = wanted.ToRoute();
    if (*rest)
    {
        Rest(route, wanted.connections);
        return 0;
    }
    const auto result = *shorts ? ShortConnections(route, wanted.connections, wanted.seconds)
                        : *bulk ? Bulk(route, wanted.connections, wanted.bytes, wanted.seconds)
                        : *rate ? OpenLoop(route, wanted.connections, wanted.rate, wanted.seconds)
                                : FirstBytes(route, wanted.count);
    std::cout << result.dump() << std::endl;
    return 0;
}

} // namespace

} // namespace sonda::bench

int
main(int argc, char** argv)
{
    return sonda::bench::Main(argc, argv);
}

/**
 * What an ns-3 user writes for the workload of `./sonda bench sim`: a star of point-to-point links
 * with the proxy at its centre, InternetStackHelper, global routing, TCP with its default
 * attributes.
 *
 *     bench-plain-star --agents=1000 --requests=4000
 *
 * Four clients send the requests at the rate that loads the servers to 70 %; each is one connection
 * to the proxy and one from there to the one of two random servers with fewer connections. Prints
 * one line of JSON: requests, answered, mean_s (response time, seconds), events.
 */
#include "bench/sim/plain-apps.h"

#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

#include <iostream>
#include <string>

using namespace ns3;

namespace
{

constexpr double LOAD = 0.7;
constexpr double SERVICE_S = 0.05;
constexpr std::uint32_t CLIENTS = 4;
const Time CLIENT_DELAY = MilliSeconds(1);
const Time AGENT_DELAY = MicroSeconds(200);

/** Joins a leaf to the centre by a link with a network of its own. \return leaf's and centre's
 * address. */
std::pair<Ipv4Address, Ipv4Address>
Join(Ptr<Node> centre, Ptr<Node> leaf, Time delay, Ipv4AddressHelper& addresses)
{
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", StringValue("1Gbps"));
    link.SetChannelAttribute("Delay", TimeValue(delay));
    const auto interfaces = addresses.Assign(link.Install(centre, leaf));
    addresses.NewNetwork();
    return {interfaces.GetAddress(1), interfaces.GetAddress(0)};
}

Ptr<ExponentialRandomVariable>
Exponential(double mean, std::int64_t stream)
{
    auto variable = CreateObject<ExponentialRandomVariable>();
    variable->SetAttribute("Mean", DoubleValue(mean));
    variable->SetStream(stream);
    return variable;
}

} // namespace

int
main(int argc, char* argv[])
{
    std::uint32_t agents = 100;
    std::uint64_t requests = 1000;
    CommandLine command(__FILE__);
    command.AddValue("agents", "Number of servers", agents);
    command.AddValue("requests", "Number of requests", requests);
    command.Parse(argc, argv);
    if (agents < 2 || requests < 1)
    {
        std::cerr << "bench-plain-star: --agents=" << agents << ", --requests=" << requests
                  << ": there must be 2 agents and 1 request or more\n";
        return 1;
    }

    auto centre = CreateObject<Node>();
    NodeContainer servers(agents);
    NodeContainer clients(CLIENTS);
    InternetStackHelper stack;
    stack.Install(centre);
    stack.Install(servers);
    stack.Install(clients);
    Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");

    std::vector<Ipv4Address> serverAddresses;
    for (std::uint32_t i = 0; i < agents; ++i)
    {
        serverAddresses.push_back(Join(centre, servers.Get(i), AGENT_DELAY, addresses).first);
        servers.Get(i)->AddApplication(CreateObject<plain::Server>(Exponential(SERVICE_S, 10 + i)));
    }
    auto random = CreateObject<UniformRandomVariable>();
    random->SetStream(1);
    centre->AddApplication(CreateObject<plain::Proxy>(serverAddresses, random));

    std::vector<Ptr<plain::Client>> users;
    const double gapS = CLIENTS * SERVICE_S / (LOAD * agents);
    for (std::uint32_t i = 0; i < CLIENTS; ++i)
    {
        const auto proxy = Join(centre, clients.Get(i), CLIENT_DELAY, addresses).second;
        const std::uint64_t share = requests / CLIENTS + (i < requests % CLIENTS ? 1 : 0);
        users.push_back(CreateObject<plain::Client>(proxy, Exponential(gapS, 2 + i), share));
        clients.Get(i)->AddApplication(users.back());
    }
    Ipv4GlobalRoutingHelper::PopulateRoutingTables();

    // Long enough for the last response; what follows would only be TIME_WAIT.
    Simulator::Stop(Seconds(gapS * requests / CLIENTS + 100 * SERVICE_S));
    Simulator::Run();
    std::uint64_t answered = 0;
    double responseTimeS = 0;
    for (const auto& user : users)
    {
        answered += user->Answered();
        responseTimeS += user->ResponseTimeSum();
    }
    std::cout << R"({"requests": )" << requests << R"(, "answered": )" << answered
              << R"(, "mean_s": )" << responseTimeS / static_cast<double>(answered)
              << R"(, "events": )" << Simulator::GetEventCount() << "}\n";
    Simulator::Destroy();
}

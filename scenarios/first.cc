/**
 * A first simulation with Sonda: four servers of two speeds, one client, one proxy.
 *
 *     build/bin/first
 *     build/bin/first --policy=random
 *     build/bin/first --formula='min: rtt * (1 + inflight)' --policy=best --RngRun=2
 */
#include "model/ns3/agent-application.h"
#include "model/ns3/client-application.h"
#include "model/ns3/lan-helper.h"
#include "model/ns3/monitor-application.h"
#include "model/ns3/proxy-application.h"
#include "model/ns3/server-application.h"

#include "ns3/core-module.h"
#include "ns3/network-module.h"

using namespace ns3;
using namespace sonda::sim;

int
main(int argc, char* argv[])
{
    std::string formula = "connections";
    std::string policy = "sample:2";
    CommandLine command(__FILE__);
    command.AddValue("formula", "Formula of the proxy", formula);
    command.AddValue("policy", "Policy of the proxy", policy);
    command.Parse(argc, argv);

    // One LAN, with a cable of its own for each host: here the delay of each of them.
    LanHelper lan;
    const LanHost proxyHost = lan.AddHost(MicroSeconds(100));
    auto proxy = CreateObjectWithAttributes<ProxyApplication>("Formula",
                                                              StringValue(formula),
                                                              "Policy",
                                                              StringValue(policy));
    proxy->AssignStreams(1);
    proxyHost.node->AddApplication(proxy);
    auto monitor = CreateObjectWithAttributes<MonitorApplication>("Proxy", PointerValue(proxy));
    monitor->AssignStreams(2);
    proxyHost.node->AddApplication(monitor);

    for (int i = 0; i < 4; ++i)
    {
        const LanHost host = lan.AddHost(MicroSeconds(200 * (i + 1)));
        LanHelper::Acquaint(proxyHost, host);
        auto server = CreateObject<ServerApplication>();
        sonda::sim::ServerOptions options;
        options.speed = i < 2 ? 1.0 : 0.5;
        server->SetOptions(options);
        host.node->AddApplication(server);
        auto agent =
            CreateObjectWithAttributes<AgentApplication>("Address", Ipv4AddressValue(host.address));
        agent->SetLoadFigures([server]() { return server->GetModel().MakeReport(); });
        agent->AssignStreams(10 + i);
        host.node->AddApplication(agent);
    }

    // 40 requests a second of 50 ms each: two thirds of what the servers can do.
    const LanHost clientHost = lan.AddHost(MilliSeconds(1));
    LanHelper::Acquaint(proxyHost, clientHost);
    auto client = CreateObjectWithAttributes<ClientApplication>(
        "Remote",
        Ipv4AddressValue(proxyHost.address),
        "Interarrival",
        StringValue("ns3::ExponentialRandomVariable[Mean=0.025]"),
        "LastArrival",
        TimeValue(Seconds(60)));
    client->AssignStreams(20);
    clientHost.node->AddApplication(client);

    double sum = 0;
    int answered = 0;
    const Callback<void, Time, Time, bool> onResponse(
        [&](Time, Time responseTime, bool good)
        {
            sum += good ? responseTime.GetSeconds() : 0;
            answered += good ? 1 : 0;
        });
    client->TraceConnectWithoutContext("Response", onResponse);

    Simulator::Stop(Seconds(90));
    Simulator::Run();
    std::cout << answered << " requests, mean response time " << 1000 * sum / answered << " ms\n";
    for (const auto index : proxy->GetBalancer().Table().All())
    {
        const auto& status = proxy->GetBalancer().Table().Get(index);
        std::cout << "  " << status.id << "  " << status.dispatches << " picks, RTT "
                  << sonda::ToSeconds(status.rtt.Smoothed()) * 1000 << " ms\n";
    }
    Simulator::Destroy();
    return 0;
}

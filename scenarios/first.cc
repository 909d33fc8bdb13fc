/**
 * A first simulation with Sonda: four servers of two speeds, one client, one proxy.
 *
 *     build/bin/first
 *     build/bin/first --sonda::ProxyApplication::Policy=random --RngRun=2
 *     build/bin/first --sonda::ProxyApplication::Formula='min: rtt * (1 + inflight)'
 */
#include "model/ns3/agent-application.h"
#include "model/ns3/arguments.h"
#include "model/ns3/client-application.h"
#include "model/ns3/lan-helper.h"
#include "model/ns3/monitor-application.h"
#include "model/ns3/server-application.h"

#include "ns3/average.h"
#include "ns3/core-module.h"

using namespace ns3;
using namespace sonda::sim;

int
main(int argc, char* argv[])
{
    CommandLine command(__FILE__);
    ParseArguments(command, argc, argv);

    // One LAN with a cable for each host; the delay is that of the cable.
    LanHelper lan;
    const LanHost proxyHost = lan.AddHost(MicroSeconds(100));
    auto proxy = CreateObject<ProxyApplication>();
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
        ServerOptions options;
        options.speed = i < 2 ? 1.0 : 0.5;
        server->SetOptions(options);
        host.node->AddApplication(server);
        auto agent = CreateObject<AgentApplication>();
        agent->SetAttribute("Address", Ipv4AddressValue(host.address));
        agent->SetLoadFigures([server]() { return server->GetModel().MakeReport(); });
        agent->AssignStreams(10 + 3 * i);
        host.node->AddApplication(agent);
    }

    // 40 requests a second of 50 ms each, for a minute: two thirds of what the servers can do.
    const LanHost clientHost = lan.AddHost(MilliSeconds(1));
    LanHelper::Acquaint(proxyHost, clientHost);
    auto client = CreateObject<ClientApplication>();
    client->SetAttribute("Remote", Ipv4AddressValue(proxyHost.address));
    client->SetAttribute("Interarrival", StringValue("ns3::ExponentialRandomVariable[Mean=0.025]"));
    client->SetAttribute("LastArrival", TimeValue(Seconds(60)));
    client->SetStartTime(Seconds(1));
    client->AssignStreams(20);
    clientHost.node->AddApplication(client);
    Average<double> responseMs;
    const Callback<void, Time, Time, bool> onResponse(
        [&](Time, Time responseTime, bool answered)
        { answered ? responseMs.Update(responseTime.GetSeconds() * 1000) : void(); });
    client->TraceConnectWithoutContext("Response", onResponse);

    Simulator::Stop(Seconds(90));
    Simulator::Run();
    std::cout << responseMs.Count() << " requests, mean " << responseMs.Mean() << " ms\n";
    const auto& table = proxy->GetBalancer().Table();
    for (const auto index : table.All())
    {
        const auto& status = table.Get(index);
        std::cout << "  " << status.id << "  " << status.dispatches << " picks\n";
    }
    Simulator::Destroy();
}

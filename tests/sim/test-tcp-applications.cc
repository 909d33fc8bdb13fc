#include "model/ns3/client-application.h"
#include "model/ns3/lan-helper.h"
#include "model/ns3/proxy-application.h"
#include "model/ns3/server-application.h"
#include "tests/catch.h"
#include "tests/sim/tcp-bench.h"

#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <memory>
#include <string>
#include <vector>

using namespace sonda;
using namespace sonda::sim;
using namespace sonda::sim::test;

namespace
{

/** What a client's request came to. */
struct Answer
{
    double arrivalMs;
    double tookMs;
    bool answered;
};

/** A client that asks every 100 ms for half a second, 5 ms from a host that tests set up. */
class ClientBench
{
  public:
    explicit ClientBench(std::uint32_t requestBytes = 200, std::uint32_t responseBytes = 2000)
    {
        host = lan.AddHost(ns3::MilliSeconds(2));
        const LanHost own = lan.AddHost(ns3::MilliSeconds(3));
        LanHelper::Acquaint(host, own);
        client = ns3::CreateObject<ClientApplication>();
        client->SetAttribute("Remote", ns3::Ipv4AddressValue(host.address));
        client->SetAttribute("Interarrival",
                             ns3::StringValue("ns3::ConstantRandomVariable[Constant=0.1]"));
        client->SetAttribute("Work",
                             ns3::StringValue("ns3::ConstantRandomVariable[Constant=0.01]"));
        client->SetAttribute("RequestBytes", ns3::UintegerValue(requestBytes));
        client->SetAttribute("ResponseBytes", ns3::UintegerValue(responseBytes));
        client->SetAttribute("LastArrival", ns3::TimeValue(ns3::MilliSeconds(550)));
        const ns3::Callback<void, ns3::Time, ns3::Time, bool> note(
            [this](ns3::Time arrival, ns3::Time took, bool answered) {
                answers.push_back(
                    {arrival.GetSeconds() * 1000, took.GetSeconds() * 1000, answered});
            });
        client->TraceConnectWithoutContext("Response", note);
        own.node->AddApplication(client);
    }

    ~ClientBench()
    {
        ns3::Simulator::Destroy();
    }

    /** The client's peer is a server, as a client of one sees it: it speaks no other protocol. */
    ns3::Ptr<ServerApplication>
    AddServer()
    {
        auto server = ns3::CreateObject<ServerApplication>();
        host.node->AddApplication(server);
        return server;
    }

    void
    Run()
    {
        ns3::Simulator::Stop(ns3::Seconds(1000));
        ns3::Simulator::Run();
        CHECK(answers.size() == 5);
        CHECK(client->Unfinished() == 0);
    }

    /** \return whether each request was answered: `++-++`. */
    std::string
    Answered() const
    {
        std::string text;
        for (const auto& answer : answers)
        {
            text += answer.answered ? '+' : '-';
        }
        return text;
    }

    LanHelper lan;
    LanHost host;
    ns3::Ptr<ClientApplication> client;
    std::vector<Answer> answers;
};

auto
NearMs(double milliseconds)
{
    return Approx(milliseconds).margin(0.02);
}

} // namespace

TEST_CASE("a client whose proxy does not listen hears so after one round trip", "[tcp]")
{
    ClientBench bench;
    bench.Run();
    CHECK(bench.Answered() == "-----");
    for (const auto& answer : bench.answers)
    {
        CHECK(answer.tookMs == NearMs(10));
    }
}

TEST_CASE("a client that a proxy without agents turns away hears so", "[tcp]")
{
    // The proxy has nobody to pick and closes what it accepted.
    ClientBench bench;
    bench.host.node->AddApplication(ns3::CreateObject<ProxyApplication>());
    bench.Run();
    CHECK(bench.Answered() == "-----");
    for (const auto& answer : bench.answers)
    {
        // SYN, SYN-ACK, ACK, end.
        CHECK(answer.tookMs == NearMs(20));
    }
}

TEST_CASE("a proxy that stops refuses what comes then", "[tcp]")
{
    ClientBench bench;
    const auto proxy = ns3::CreateObject<ProxyApplication>();
    proxy->SetStopTime(ns3::MilliSeconds(250));
    bench.host.node->AddApplication(proxy);
    bench.Run();
    CHECK(bench.answers.at(1).tookMs == NearMs(20));
    CHECK(bench.answers.at(2).tookMs == NearMs(10));
}

TEST_CASE("a request that is served is answered; one whose server crashes is not", "[tcp]")
{
    // Requests begin at 100, 200, … ms; the server has each 15 ms later, works for 10 ms, and the
    // answer is there 5 ms after that. It is back for the next one.
    const auto crashAt = [](int ms)
    {
        ClientBench bench;
        const auto server = bench.AddServer();
        ns3::Simulator::Schedule(ns3::MicroSeconds(ms * 1000 + 500),
                                 &ServerApplication::Crash,
                                 server);
        ns3::Simulator::Schedule(ns3::MilliSeconds(290), &ServerApplication::Recover, server);
        bench.Run();
        CHECK(bench.answers.at(0).tookMs == NearMs(30));
        return std::make_pair(bench.Answered(), bench.answers.at(1).tookMs);
    };
    // Before the SYN comes: refused.
    CHECK(crashAt(204).first == "+-+++");
    CHECK(crashAt(204).second == NearMs(10));
    // The handshake is under way, then over; the request comes to a dead process: reset.
    for (const int ms : {205, 210, 214})
    {
        CHECK(crashAt(ms).first == "+-+++");
        CHECK(crashAt(ms).second == NearMs(20));
    }
    // It was being worked on: reset at the crash.
    CHECK(crashAt(218).first == "+-+++");
    CHECK(crashAt(218).second == NearMs(23.5));
    // The answer had left.
    CHECK(crashAt(226).first == "+++++");
}

TEST_CASE("a request that comes in pieces is one request, whatever befalls its server", "[tcp]")
{
    // 300 kB are more than a kernel holds: the server has the header long before the rest, and
    // works meanwhile.
    for (const RequestEnd how : {RequestEnd::SERVED, RequestEnd::RESET, RequestEnd::EMPTY})
    {
        ClientBench bench(300'000, 300'000);
        const auto server = bench.AddServer();
        server->GetModel().SetFailing(how);
        bench.Run();
        CHECK(bench.Answered() == (how == RequestEnd::SERVED ? "+++++" : "-----"));
        CHECK(server->GetModel().InFlight() == 0);
    }
}

#include "model/ns3/agent-application.h"
#include "model/ns3/lan-helper.h"
#include "model/ns3/monitor-application.h"
#include "tests/catch.h"

#include "ns3/boolean.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <string>
#include <vector>

using namespace sonda;
using namespace sonda::sim;

namespace
{

/** A monitor and some agents on a LAN; idle servers. */
class ProbeBench
{
  public:
    explicit ProbeBench(int windowMs, bool baseForm = false)
    {
        m_host = m_lan.AddHost(ns3::MicroSeconds(100));
        proxy =
            ns3::CreateObjectWithAttributes<ProxyApplication>("Relay", ns3::BooleanValue(false));
        m_host.node->AddApplication(proxy);
        monitor = ns3::CreateObjectWithAttributes<MonitorApplication>(
            "Proxy",
            ns3::PointerValue(proxy),
            "Window",
            ns3::TimeValue(ns3::MilliSeconds(windowMs)),
            "BaseForm",
            ns3::BooleanValue(baseForm));
        monitor->AssignStreams(1);
        m_host.node->AddApplication(monitor);
    }

    ~ProbeBench()
    {
        ns3::Simulator::Destroy();
    }

    void
    AddAgent(ns3::Time delay, bool baseForm = false)
    {
        const LanHost host = m_lan.AddHost(delay);
        LanHelper::Acquaint(m_host, host);
        auto agent =
            ns3::CreateObjectWithAttributes<AgentApplication>("Address",
                                                              ns3::Ipv4AddressValue(host.address),
                                                              "BaseForm",
                                                              ns3::BooleanValue(baseForm));
        agent->SetLoadFigures(
            []()
            {
                Report report;
                report.ram = 1e9;
                report.cpu = 50;
                return report;
            });
        agent->AssignStreams(10 + static_cast<std::int64_t>(agents.size()));
        host.node->AddApplication(agent);
        agents.push_back(agent);
        ids.push_back(ToText(host.address) + ":80");
    }

    void
    Run(double seconds)
    {
        ns3::Simulator::Stop(ns3::Seconds(seconds));
        ns3::Simulator::Run();
    }

    const AgentStatus*
    Find(std::size_t agent)
    {
        const StatusTable& table = proxy->GetBalancer().Table();
        const auto index = table.Find(ids[agent]);
        return index ? &table.Get(*index) : nullptr;
    }

    ns3::Ptr<ProxyApplication> proxy;
    ns3::Ptr<MonitorApplication> monitor;
    std::vector<ns3::Ptr<AgentApplication>> agents;
    std::vector<std::string> ids;

  private:
    LanHelper m_lan;
    LanHost m_host;
};

} // namespace

TEST_CASE("the hold-corrected RTT is the links' RTT for any reply window", "[probing]")
{
    for (const int windowMs : {0, 1, 10, 500, 4000})
    {
        ProbeBench bench(windowMs);
        for (const int delayUs : {0, 50, 1000, 20000})
        {
            bench.AddAgent(ns3::MicroSeconds(delayUs));
        }
        bench.Run(60);
        int agent = 0;
        for (const int delayUs : {0, 50, 1000, 20000})
        {
            INFO("window " << windowMs << " ms, delay " << delayUs << " us");
            const AgentStatus* status = bench.Find(agent++);
            REQUIRE(status != nullptr);
            const double expectedUs = 2.0 * (100 + delayUs);
            CHECK(ToSeconds(status->rtt.Least()) * 1e6 >= expectedUs);
            CHECK(ToSeconds(status->rtt.Least()) * 1e6 < expectedUs + 1);
            CHECK(ToSeconds(status->rtt.Smoothed()) * 1e6 < expectedUs + 1);
        }
        CHECK(bench.monitor->GetMonitor().Refusals().Total() == 0);
    }
}

TEST_CASE("peers of the base form are understood on both sides", "[probing]")
{
    for (const bool baseMonitor : {false, true})
    {
        for (const bool baseAgent : {false, true})
        {
            ProbeBench bench(0, baseMonitor);
            bench.AddAgent(ns3::MilliSeconds(1), baseAgent);
            bench.Run(60);
            INFO("base form: monitor " << baseMonitor << ", agent " << baseAgent);
            REQUIRE(bench.Find(0) != nullptr);
            CHECK(bench.Find(0)->reports >= 11);
            CHECK(bench.Find(0)->report.cpu == 50);
        }
    }
}

TEST_CASE("an agent that falls silent ages and is removed, and comes back", "[probing]")
{
    ProbeBench bench(0);
    bench.AddAgent(ns3::MilliSeconds(1));
    const StatusTable& table = bench.proxy->GetBalancer().Table();
    const auto at = [&](double seconds, auto check)
    {
        ns3::Simulator::Schedule(ns3::Seconds(seconds),
                                 [&bench, check]()
                                 {
                                     bench.proxy->GetBalancer().Advance(Now());
                                     check();
                                 });
    };
    // The last response comes at 20.0022 s; the interval is 5 s.
    at(21,
       [&]()
       {
           CHECK(bench.Find(0)->freshness == Freshness::FRESH);
           bench.agents[0]->SetSilent(true);
       });
    at(28, [&]() { CHECK(bench.Find(0)->freshness == Freshness::STALE); });
    at(37.4, [&]() { CHECK(table.Candidates().size() == 1); });
    at(37.6,
       [&]()
       {
           CHECK(bench.Find(0)->freshness == Freshness::DEAD);
           CHECK(table.Candidates().empty());
       });
    at(70.1,
       [&]()
       {
           CHECK(table.Size() == 0);
           bench.agents[0]->SetSilent(false);
       });
    at(76, [&]() { CHECK(table.Candidates().size() == 1); });
    bench.Run(80);
}

TEST_CASE("applications are known by name with their attributes", "[probing]")
{
    for (const char* name : {"sonda::AgentApplication",
                             "sonda::MonitorApplication",
                             "sonda::ProxyApplication",
                             "sonda::ClientApplication",
                             "sonda::ServerApplication"})
    {
        ns3::TypeId type;
        INFO(name);
        REQUIRE(ns3::TypeId::LookupByNameFailSafe(name, &type));
        CHECK(type.GetAttributeN() > 0);
    }
}

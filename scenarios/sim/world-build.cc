#include "model/ns3/adapters.h"
#include "scenarios/sim/not-yet.h"
#include "scenarios/sim/world.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

/** How a world is built; what happens while it runs stands in world.cc. */
namespace sonda::sim
{

namespace
{

constexpr double BYTES_PER_MB = 1e6;

/** Keeps each list of connections under a hundred with a thousand loaded agents. */
constexpr int PROXY_STACKS = 32;

/** First stream of each purpose, far enough apart for 10^5 hosts. */
enum Streams : std::int64_t
{
    POLICY_STREAM = 1,
    NONCE_STREAM = 2,
    HOST_STREAM = 3, //!< delays, speeds, memory and phases while the world is built
    CLIENT_STREAMS = 1'000'000,
    WAIT_STREAMS = 2'000'000,
    BACKGROUND_STREAMS = 3'000'000,
};

} // namespace

void
World::SetDefaults()
{
    using ns3::Config::SetDefault;
    SetDefault("ns3::TcpSocket::SegmentSize", ns3::UintegerValue(1448));
    SetDefault("ns3::TcpSocketBase::MinRto", ns3::TimeValue(ns3::MilliSeconds(200)));
    SetDefault("ns3::TcpSocket::ConnTimeout", ns3::TimeValue(ns3::Seconds(1)));
    // TIME_WAIT entries slow every later packet down and decide nothing here.
    SetDefault("ns3::TcpSocketBase::MaxSegLifetime", ns3::DoubleValue(0.005));
}

World::World(const Scenario& scenario, Formula formula, const std::string& policy)
    : m_scenario(scenario),
      m_recorder(
          RecorderOptions{FromSeconds(scenario.probe.intervalS), FromSeconds(scenario.warmupS)})
{
    RefuseNotYet(m_scenario);
    BuildProxy(std::move(formula), policy);
    BuildAgents();
    BuildClients();
    Watch();
    ScheduleEvents();
    // The end comes before a window's end of the same time, being scheduled first.
    ns3::Simulator::Schedule(ns3::Seconds(m_scenario.durationS), &World::OnEnd, this);
    ns3::Simulator::Schedule(ToTime(m_recorder.GetOptions().window), &World::OnWindowEnd, this);
}

World::~World()
{
    ns3::Simulator::Destroy();
}

void
World::BuildProxy(Formula formula, const std::string& policy)
{
    const bool packets = m_scenario.fidelity == Fidelity::PACKET;
    const ns3::TimeValue interval(ns3::Seconds(m_scenario.probe.intervalS));
    m_proxyHost = m_lan.AddHost(ns3::Time(0));
    m_proxy = ns3::CreateObjectWithAttributes<ProxyApplication>("Policy",
                                                                ns3::StringValue(policy),
                                                                "Interval",
                                                                interval,
                                                                "Relay",
                                                                ns3::BooleanValue(packets));
    m_proxy->SetFormula(std::move(formula));
    m_proxy->AssignStreams(POLICY_STREAM);
    m_proxyHost.node->AddApplication(m_proxy);
    m_monitor = ns3::CreateObjectWithAttributes<MonitorApplication>(
        "Proxy",
        ns3::PointerValue(m_proxy),
        "Interval",
        interval,
        "Window",
        ns3::TimeValue(ns3::MilliSeconds(m_scenario.probe.windowMs)));
    m_monitor->AssignStreams(NONCE_STREAM);
    m_proxyHost.node->AddApplication(m_monitor);
    if (packets)
    {
        BuildStacks();
    }
    else
    {
        m_flow =
            std::make_unique<RequestFlow>(*m_proxy, ns3::MakeCallback(&World::OnResponse, this));
    }
}

void
World::BuildStacks()
{
    for (int i = 1; i < PROXY_STACKS; ++i)
    {
        m_proxyStacks.push_back(m_lan.AddHost(m_proxyHost.delay));
        m_proxy->AddStack(m_proxyStacks.back().node);
    }
}

void
World::AcquaintWithProxy(const LanHost& host)
{
    LanHelper::Acquaint(m_proxyHost, host);
    for (const auto& stack : m_proxyStacks)
    {
        LanHelper::Acquaint(stack, host);
    }
}

std::vector<World::AgentPlan>
World::PlanAgents() const
{
    StreamAdapter phase;
    phase.AssignStreams(HOST_STREAM);
    std::int64_t stream = HOST_STREAM + 1;
    std::vector<AgentPlan> plans;
    for (const auto& group : m_scenario.agents)
    {
        const auto speed = group.speed.MakeVariable(1);
        const auto ram = group.ramMb.MakeVariable(BYTES_PER_MB);
        const auto delay = group.delayMs.MakeVariable(1e-3);
        for (const auto& variable : {speed, ram, delay})
        {
            variable->SetStream(stream++);
        }
        for (std::uint32_t i = 0; i < group.count; ++i)
        {
            ServerOptions options;
            options.cores = group.cores;
            options.speed = speed->GetValue();
            options.ramBytes = ram->GetValue();
            options.requestRamBytes = m_scenario.workload.ramMb * BYTES_PER_MB;
            options.discipline = group.discipline;
            options.concurrency = group.concurrency;
            options.samplePhase = FromSeconds(ToSeconds(options.sampleInterval) * phase.Uniform());
            plans.push_back({&group,
                             group.name + "[" + std::to_string(i) + "]",
                             options,
                             TimeFromSeconds(delay->GetValue())});
        }
    }
    return plans;
}

void
World::BuildAgents()
{
    const auto plans = PlanAgents();
    if (m_flow)
    {
        // All servers before the first host: side by side in memory, not one between the thousands
        // of objects of each host, a request at 5,000 agents costs little more than at 100.
        for (const auto& plan : plans)
        {
            m_flow->AddServer(plan.id, plan.options, plan.delay + m_proxyHost.delay);
        }
    }
    for (const auto& plan : plans)
    {
        BuildAgent(plan);
    }
}

void
World::BuildAgent(const AgentPlan& plan)
{
    Host host;
    host.lan = m_lan.AddHost(plan.delay);
    AcquaintWithProxy(host.lan);
    if (m_flow)
    {
        host.model = &m_flow->GetServer(plan.id);
    }
    else
    {
        host.application = ns3::CreateObject<ServerApplication>();
        host.application->SetOptions(plan.options);
        host.model = &host.application->GetModel();
        host.lan.node->AddApplication(host.application);
    }
    const std::uint32_t row = m_recorder.AddAgent(plan.id, host.model->Capacity());
    host.agent =
        ns3::CreateObjectWithAttributes<AgentApplication>("Id",
                                                          ns3::StringValue(plan.id),
                                                          "Address",
                                                          ns3::Ipv4AddressValue(host.lan.address));
    host.agent->SetLoadFigures(
        [model = host.model, weight = plan.group->weight]()
        {
            Report report = model->MakeReport();
            report.weight = weight;
            return report;
        });
    host.agent->AssignStreams(WAIT_STREAMS + row);
    host.lan.node->AddApplication(host.agent);
    host.background = std::make_unique<BackgroundLoad>(*host.model, plan.group->background);
    host.background->AssignStreams(BACKGROUND_STREAMS + 2 * static_cast<std::int64_t>(row));
    host.background->Start();
    m_hosts.push_back(std::move(host));
}

void
World::BuildClients()
{
    const WorkloadScenario& workload = m_scenario.workload;
    double capacity = 0;
    for (const double one : m_recorder.Capacities())
    {
        capacity += one;
    }
    const double workS = workload.serviceMs.Mean() * 1e-3;
    const double rate = workload.load * capacity / workS / m_scenario.clients.count;
    const ns3::Time start = TimeFromSeconds(m_scenario.clients.startS);
    const auto delay = m_scenario.clients.delayMs.MakeVariable(1e-3);
    delay->SetStream(CLIENT_STREAMS - 1);
    for (std::uint32_t i = 0; i < m_scenario.clients.count; ++i)
    {
        const ns3::Time wire = ns3::Seconds(delay->GetValue());
        const auto interarrival = Distribution::Exponential(1 / rate).MakeVariable(1);
        const auto work = workload.serviceMs.MakeVariable(1e-3);
        const std::int64_t stream = CLIENT_STREAMS + 2 * static_cast<std::int64_t>(i);
        const ns3::Time last = TimeFromSeconds(m_scenario.durationS);
        if (m_flow)
        {
            RequestSource source(start,
                                 interarrival,
                                 work,
                                 workload.requestBytes,
                                 workload.responseBytes);
            source.AssignStreams(stream);
            m_flow->AddClient(std::move(source), wire + m_proxyHost.delay, last);
            continue;
        }
        const LanHost host = m_lan.AddHost(wire);
        AcquaintWithProxy(host);
        auto client = ns3::CreateObjectWithAttributes<ClientApplication>(
            "Remote",
            ns3::Ipv4AddressValue(m_proxyHost.address),
            "Interarrival",
            ns3::PointerValue(interarrival),
            "Work",
            ns3::PointerValue(work));
        for (const auto& stack : m_proxyStacks)
        {
            client->AddRemote(stack.address);
        }
        client->SetAttribute("RequestBytes", ns3::UintegerValue(workload.requestBytes));
        client->SetAttribute("ResponseBytes", ns3::UintegerValue(workload.responseBytes));
        client->SetAttribute("LastArrival", ns3::TimeValue(last));
        client->AssignStreams(stream);
        client->TraceConnectWithoutContext("Response", ns3::MakeCallback(&World::OnResponse, this));
        client->SetStartTime(start);
        host.node->AddApplication(client);
        m_clients.push_back(client);
    }
}

} // namespace sonda::sim

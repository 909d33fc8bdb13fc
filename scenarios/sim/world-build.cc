#include "model/ns3/adapters.h"
#include "scenarios/sim/workload.h"
#include "scenarios/sim/world.h"

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>

/** How a world is built; what happens while it runs stands in world.cc. */
namespace sonda::sim
{

namespace
{

/** All together; keeps each list of connections under a hundred with a thousand loaded agents. */
constexpr int PROXY_STACKS = 32;

/** Where servers without agents are as far as their proxies know, when no packet goes there. */
constexpr std::uint32_t LISTED_FROM = (10U << 24) + (1U << 22);
constexpr std::uint16_t SERVER_PORT = 80;

/** First stream of each purpose, far enough apart for 10^5 hosts. */
enum Streams : std::int64_t
{
    HOST_STREAM = 1, //!< delays, speeds, memory and phases while the world is built
    PROXY_STREAMS = 500'000,
    CLIENT_STREAMS = 1'000'000,
    AGENTS_STREAMS = 2'000'000,
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
          RecorderOptions{FromSeconds(scenario.probe.intervalS), FromSeconds(scenario.warmupS)}),
      m_happenings(m_scenario)
{
    if (HasLan())
    {
        m_lan = std::make_unique<LanHelper>();
    }
    else
    {
        m_probing = std::make_unique<ProbeFlow>();
    }
    if (m_scenario.fidelity != Fidelity::PACKET)
    {
        m_flow = std::make_unique<RequestFlow>(ns3::MakeCallback(&World::OnResponse, this));
    }
    BuildProxies(formula, policy);
    BuildAgents();
    BuildBackground();
    BuildClients();
    WatchFalls();
    m_happenings.Schedule();
    ScheduleProxyEvents();
    // The end comes before a window's end of the same time, being scheduled first.
    ns3::Simulator::Schedule(ns3::Seconds(m_scenario.durationS), &World::OnEnd, this);
    ns3::Simulator::Schedule(ToTime(m_recorder.GetOptions().window), &World::OnWindowEnd, this);
}

World::~World()
{
    ns3::Simulator::Destroy();
}

void
World::BuildProxies(const Formula& formula, const std::string& policy)
{
    const bool packets = m_scenario.fidelity == Fidelity::PACKET;
    const auto monitors = static_cast<int>(m_scenario.monitors);
    const int stacks = packets ? std::max(1, PROXY_STACKS / monitors) : 1;
    for (int i = 0; i < monitors; ++i)
    {
        const double lead = m_scenario.probe.inStep ? 0 : static_cast<double>(i) / monitors;
        m_proxies.push_back(std::make_unique<ProxySite>(m_scenario, policy, lead, m_recorder));
        ProxySite& site = *m_proxies.back();
        if (m_flow)
        {
            m_flow->AddProxy(site.GetProxy());
        }
        // Every proxy parses the text for itself: a formula has buffers of its own.
        auto own = Formula::Parse(formula.GetText(), formula.GetName());
        site.Start(std::move(*own), PROXY_STREAMS + PROXY_SITE_STREAMS * i);
        HasLan() ? site.JoinLan(*m_lan, stacks) : site.JoinFlow(*m_probing);
    }
}

LanHost
World::AddHost(ns3::Time delay)
{
    const LanHost host = m_lan->AddHost(delay);
    for (const auto& proxy : m_proxies)
    {
        proxy->Acquaint(host);
    }
    return host;
}

void
World::BuildAgents()
{
    const auto plans = PlanAgents(m_scenario, HOST_STREAM);
    if (m_flow)
    {
        // All servers before the first host: side by side in memory, not one between the thousands
        // of objects of each host, a request at 5,000 agents costs little more than at 100.
        for (const auto& plan : plans)
        {
            m_flow->AddServer(plan.id, plan.options, plan.delay);
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
    if (m_flow)
    {
        host.model = &m_flow->GetServer(plan.id);
    }
    else
    {
        host.application = ns3::CreateObject<ServerApplication>();
        host.application->SetOptions(plan.options);
        host.model = &host.application->GetModel();
    }
    const std::uint32_t row = m_recorder.AddAgent(plan.id, host.model->Capacity());
    plan.group->hasAgent ? BuildAgentEnd(host, plan, row) : ListServer(host, plan, row);
    const auto setSilent = [host](bool silent) mutable { host.SetSilent(silent); };
    m_happenings.Add({plan.id, host.model, host.application, setSilent});
    m_hosts.push_back(std::move(host));
}

void
World::BuildAgentEnd(Host& host, const AgentPlan& plan, std::uint32_t row)
{
    const auto figures = [this, row, model = host.model, weight = plan.group->weight]()
    {
        Report report = model->MakeReport();
        report.weight = weight;
        return m_happenings.Told(row, report);
    };
    const auto agent = ns3::CreateObject<AgentApplication>();
    agent->SetAttribute("Id", ns3::StringValue(plan.id));
    agent->SetAttribute("Loss", ns3::DoubleValue(m_scenario.probe.loss));
    agent->AssignStreams(AGENTS_STREAMS + AGENT_STREAMS * row);
    if (!HasLan())
    {
        host.driver = &m_probing->AddAgent(agent->GetSetup(), figures, plan.delay);
        return;
    }
    const LanHost lan = AddHost(plan.delay);
    if (host.application)
    {
        lan.node->AddApplication(host.application);
    }
    agent->SetAttribute("Address", ns3::Ipv4AddressValue(lan.address));
    agent->SetLoadFigures(figures);
    lan.node->AddApplication(agent);
    host.agent = agent;
}

/** Nobody answers for it: every proxy has it in its list. */
void
World::ListServer(Host& host, const AgentPlan& plan, std::uint32_t row)
{
    HealthChecks::Server server;
    server.id = plan.id;
    server.at = {ToText(ns3::Ipv4Address(LISTED_FROM + row)), SERVER_PORT};
    server.weight = plan.group->weight;
    server.delay = plan.delay;
    server.accepts = [model = host.model]() { return model->IsListening(); };
    if (host.application)
    {
        const LanHost lan = AddHost(plan.delay);
        lan.node->AddApplication(host.application);
        server.at.address = ToText(lan.address);
    }
    for (const auto& proxy : m_proxies)
    {
        proxy->AddServer(server);
    }
}

void
World::BuildBackground()
{
    std::int64_t stream = BACKGROUND_STREAMS;
    auto host = m_hosts.begin();
    for (const auto& group : m_scenario.agents)
    {
        std::vector<ServerModel*> servers;
        for (std::uint32_t i = 0; i < group.count; ++i)
        {
            servers.push_back((host++)->model);
        }
        auto& load = m_background.emplace_back(group.background, std::move(servers));
        stream += load.AssignStreams(stream);
        load.Start();
    }
}

void
World::WatchFalls()
{
    // A policy that wants no notices costs no look at each departure.
    if (m_proxies.front()->GetProxy().GetBalancer().GetPolicy().NoticeBelow() == 0)
    {
        return;
    }
    if (m_flow)
    {
        m_flow->OnFall([this](std::uint32_t row, std::uint32_t before, std::uint32_t after)
                       { m_hosts[row].OnFall(before, after); });
        return;
    }
    for (auto& host : m_hosts)
    {
        const ns3::Callback<void, std::uint32_t, std::uint32_t> fall(
            [&host](std::uint32_t before, std::uint32_t after) { host.OnFall(before, after); });
        host.application->TraceConnectWithoutContext("Fall", fall);
    }
}

void
World::BuildClients()
{
    double capacity = 0;
    for (const double one : m_recorder.Capacities())
    {
        capacity += one;
    }
    auto sources = MakeSources(m_scenario, capacity, CLIENT_STREAMS);
    const auto delay = m_scenario.clients.delayMs.MakeVariable(1e-3);
    delay->SetStream(CLIENT_STREAMS - 1);
    for (std::uint32_t i = 0; i < m_scenario.clients.count; ++i)
    {
        BuildClient(i, std::move(sources[i]), ns3::Seconds(delay->GetValue()));
    }
}

void
World::BuildClient(std::uint32_t number, RequestSource source, ns3::Time wire)
{
    const std::uint32_t proxy = number % m_scenario.monitors;
    const ns3::Time last = TimeFromSeconds(m_scenario.durationS);
    if (m_flow)
    {
        m_flow->AddClient(std::move(source), wire, proxy, last);
        return;
    }
    const LanHost host = AddHost(wire);
    const auto addresses = m_proxies[proxy]->Addresses();
    auto client = ns3::CreateObject<ClientApplication>();
    client->SetAttribute("Remote", ns3::Ipv4AddressValue(addresses.front()));
    for (std::size_t i = 1; i < addresses.size(); ++i)
    {
        client->AddRemote(addresses[i]);
    }
    client->SetAttribute("LastArrival", ns3::TimeValue(last));
    client->SetStartTime(source.Start());
    client->SetSource(std::move(source));
    client->TraceConnectWithoutContext("Response", ns3::MakeCallback(&World::OnResponse, this));
    host.node->AddApplication(client);
    m_clients.push_back(client);
}

} // namespace sonda::sim

#include "model/ns3/proxy-application.h"

#include "model/scoring/catalogue.h"

#include "ns3/abort.h"
#include "ns3/inet-socket-address.h"
#include "ns3/simulator.h"
#include "ns3/tcp-socket-factory.h"

namespace sonda::sim
{

void
ProxyApplication::SetFormula(Formula formula)
{
    NS_ABORT_MSG_IF(m_balancer, "SetFormula() after the balancer was made");
    m_formula.emplace(std::move(formula));
}

void
ProxyApplication::SetOracle(const Oracle& oracle)
{
    NS_ABORT_MSG_IF(m_balancer, "SetOracle() after the balancer was made");
    m_oracle = &oracle;
}

Balancer&
ProxyApplication::GetBalancer()
{
    if (m_balancer)
    {
        return *m_balancer;
    }
    if (!m_formula)
    {
        auto formula = Catalogue::BuiltIn().Find(m_formulaText);
        NS_ABORT_MSG_IF(!formula, formula.GetError().message);
        m_formula.emplace(std::move(*formula));
    }
    auto policy = MakePolicy(m_policyText, m_oracle);
    NS_ABORT_MSG_IF(!policy, policy.GetError().message);
    TableTiming timing;
    timing.interval = ToDuration(m_interval);
    timing.window = ToDuration(m_window);
    m_balancer = std::make_unique<Balancer>(std::move(*m_formula), std::move(*policy), timing);
    m_balancer->SetRules(m_rules.table, Now());
    m_balancer->SetObserver(
        [this](const Transition& change)
        {
            m_freshnessTrace(m_balancer->Table().Get(change.agent), change.to);
            if (m_isWaitingRoom && m_dispatcher->FirstWaitBy())
            {
                // Not from within: the balancer is at work.
                m_dispatcher->OnFree();
                ns3::Simulator::ScheduleNow([this] { GoOn(Now()); });
            }
        });
    m_isWaitingRoom = m_rules.connection.look != NO_TIMEOUT;
    m_dispatcher = std::make_unique<Dispatcher>(*this, *this, RulesOfDispatcher());
    return *m_balancer;
}

void
ProxyApplication::Serve(CarriedConnection& connection)
{
    GetBalancer();
    const Instant now = Now();
    if (m_drains)
    {
        m_dispatcher->End(connection, ConnectionEnd::How::CUT, std::nullopt, now);
    }
    else
    {
        m_dispatcher->Serve(connection, now);
    }
    GoOn(now);
}

void
ProxyApplication::Connected(CarriedConnection& connection)
{
    const Instant now = Now();
    m_dispatcher->OnConnected(connection, now);
    SeeToTime(); // nobody's place has become free
}

void
ProxyApplication::ConnectFailed(CarriedConnection& connection)
{
    const Instant now = Now();
    m_dispatcher->OnConnectFailed(connection, now);
    GoOn(now);
}

void
ProxyApplication::Moved(CarriedConnection& connection)
{
    m_dispatcher->OnMoved(connection, Now());
}

void
ProxyApplication::HalfClosed(CarriedConnection& connection, std::optional<Side> first)
{
    const Instant now = Now();
    m_dispatcher->OnHalfClosed(connection, first, now);
    GoOn(now);
}

void
ProxyApplication::Finished(CarriedConnection& connection, bool serverSilent)
{
    const Instant now = Now();
    m_dispatcher->OnFinished(connection, serverSilent, now);
    GoOn(now);
}

void
ProxyApplication::Aborted(CarriedConnection& connection,
                          Side gone,
                          bool untouched,
                          bool serverSilent)
{
    const Instant now = Now();
    m_dispatcher->OnAborted(connection, gone, untouched, serverSilent, now);
    GoOn(now);
}

void
ProxyApplication::ClientGone(CarriedConnection& connection)
{
    const Instant now = Now();
    m_dispatcher->End(connection, ConnectionEnd::How::GONE, Side::CLIENT, now);
    GoOn(now);
}

/** Connects whoever is to be connected, and sees to it that what is due is done. */
void
ProxyApplication::GoOn(Instant now)
{
    if (m_goesOn)
    {
        return; // where connecting takes no time; the loop below goes on
    }
    m_goesOn = true;
    while (m_dispatcher->HasNext())
    {
        if (ConnectionLife* life = m_dispatcher->Next(now))
        {
            static_cast<CarriedConnection*>(life)->Connect();
        }
    }
    m_goesOn = false;
    SeeToTime();
}

/** Has an event for what is due first. */
void
ProxyApplication::SeeToTime()
{
    if (!m_dispatcher->IsTimed())
    {
        return; // what settles does so at once here, so that nothing else is ever due
    }
    // An event that comes too early costs less than moving it with every connection.
    const auto due = m_dispatcher->NextDue();
    if (due && *due < m_dueAt)
    {
        m_due.Cancel();
        m_dueAt = *due;
        m_due = ns3::Simulator::Schedule(DelayUntil(*due), &ProxyApplication::OnDue, this);
    }
}

void
ProxyApplication::OnDue()
{
    const Instant now = Now();
    m_dueAt = Instant::max();
    m_dispatcher->OnTime(now);
    GoOn(now);
}

Picked
ProxyApplication::Pick(ConnectionLife&, Instant now)
{
    const auto agent = m_balancer->Dispatch(now, m_random);
    if (agent)
    {
        m_dispatchTrace(*agent);
    }
    return {agent, now, !agent && m_balancer->HoldsBack()};
}

void
ProxyApplication::Connected(AgentIndex agent, Instant, Instant)
{
    m_balancer->Connected(agent);
}

void
ProxyApplication::Ended(AgentIndex agent, Instant dispatched, const Ending& ending, Instant now)
{
    Ending timed = ending;
    timed.latency = now - dispatched;
    switch (ending.kind)
    {
    case Ending::Kind::COMPLETED:
        m_completionTrace(agent, ToTime(timed.latency), ending.good);
        break;
    case Ending::Kind::CONNECT_FAILED:
        m_connectFailureTrace(agent);
        break;
    case Ending::Kind::ABANDONED:
        m_abandonmentTrace(agent);
        break;
    }
    m_balancer->Ended(agent, timed, now);
}

void
ProxyApplication::OnWaiting(ConnectionLife&)
{
    m_waitingTrace();
}

void
ProxyApplication::OnRetry(ConnectionLife& life, Retry why, Instant)
{
    static_cast<CarriedConnection&>(life).OnRetry(why);
}

void
ProxyApplication::OnEnded(ConnectionLife& life, const ConnectionEnd& end)
{
    if (end.how == ConnectionEnd::How::NO_AGENT)
    {
        m_noAgentTrace();
    }
    static_cast<CarriedConnection&>(life).OnEnded(end);
}

std::int64_t
ProxyApplication::AssignStreams(std::int64_t stream)
{
    return m_random.AssignStreams(stream);
}

void
ProxyApplication::StartApplication()
{
    GetBalancer();
    if (!m_relayed)
    {
        return;
    }
    Listen(GetNode());
    for (const auto& stack : m_stacks)
    {
        Listen(stack);
    }
}

void
ProxyApplication::AddStack(ns3::Ptr<ns3::Node> node)
{
    m_stacks.push_back(node);
}

void
ProxyApplication::Listen(ns3::Ptr<ns3::Node> stack)
{
    auto listener = ns3::Socket::CreateSocket(stack, ns3::TcpSocketFactory::GetTypeId());
    const ns3::InetSocketAddress any(ns3::Ipv4Address::GetAny(), m_port);
    NS_ABORT_MSG_IF(listener->Bind(any) != 0, "TCP port " << m_port << " is in use");
    listener->Listen();
    listener->SetAcceptCallback(
        ns3::MakeNullCallback<bool, ns3::Ptr<ns3::Socket>, const ns3::Address&>(),
        ns3::MakeCallback(&ProxyApplication::OnAccept, this));
    m_listeners.push_back(listener);
}

void
ProxyApplication::StopApplication()
{
    for (const auto& listener : m_listeners)
    {
        listener->Close();
    }
    m_listeners.clear();
}

void
ProxyApplication::DoDispose()
{
    StopApplication();
    m_due.Cancel();
    m_relayedConnections.clear();
    m_stacks.clear();
    Application::DoDispose();
}

void
ProxyApplication::OnAccept(ns3::Ptr<ns3::Socket> socket, const ns3::Address&)
{
    m_relayedConnections.push_back(std::make_unique<RelayedConnection>(*this, socket));
    RelayedConnection& connection = *m_relayedConnections.back();
    connection.place = std::prev(m_relayedConnections.end());
    Serve(connection);
}

void
ProxyApplication::Forget(RelayedConnection& connection)
{
    // It is still on the call stack.
    ns3::Simulator::ScheduleNow([this, place = connection.place]()
                                { m_relayedConnections.erase(place); });
}

} // namespace sonda::sim

#include "model/ns3/request-flow.h"

#include "model/ns3/adapters.h"

#include "ns3/abort.h"
#include "ns3/simulator.h"

#include <limits>

namespace sonda::sim
{

namespace
{

constexpr std::uint32_t UNKNOWN_SERVER = std::numeric_limits<std::uint32_t>::max();

} // namespace

RequestFlow::RequestFlow(Outcome outcome)
    : m_outcome(outcome)
{
}

RequestFlow::~RequestFlow() = default;

double
RequestFlow::Proxy::Present(AgentIndex agent) const
{
    const Server& server = flow.m_servers[flow.ServerOf(*this, agent)];
    return static_cast<double>(server.model.InFlight() + server.coming);
}

double
RequestFlow::Proxy::WorkLeft(AgentIndex agent) const
{
    const Server& server = flow.m_servers[flow.ServerOf(*this, agent)];
    return server.model.WorkLeft() + server.comingWork / server.model.Capacity();
}

std::uint32_t
RequestFlow::AddProxy(ProxyApplication& proxy)
{
    const auto number = static_cast<std::uint32_t>(m_proxies.size());
    Proxy& added = m_proxies.emplace_back(*this, proxy);
    proxy.SetOracle(added);
    // An index may be given to another agent after its removal.
    const ns3::Callback<void, const AgentStatus&, Freshness> forget(
        [&added](const AgentStatus&, Freshness to)
        {
            if (to == Freshness::REMOVED)
            {
                added.serverByAgent.clear();
            }
        });
    proxy.TraceConnectWithoutContext("Freshness", forget);
    return number;
}

void
RequestFlow::AddServer(const std::string& id, const ServerOptions& options, ns3::Time delay)
{
    m_serverById.emplace(id, static_cast<std::uint32_t>(m_servers.size()));
    m_servers.emplace_back(options, ns3::MakeCallback(&RequestFlow::OnEndAtServer, this), delay);
}

ServerModel&
RequestFlow::GetServer(const std::string& id)
{
    return m_servers[m_serverById.at(id)].model;
}

void
RequestFlow::AddClient(RequestSource source,
                       ns3::Time delay,
                       std::uint32_t proxy,
                       ns3::Time lastArrival)
{
    auto client = ns3::Create<Client>(*this, std::move(source));
    client->number = static_cast<std::uint32_t>(m_clients.size());
    client->proxy = proxy;
    client->delay = delay;
    client->lastArrival = lastArrival;
    m_clients.push_back(client);
    if (client->source.IsClosed())
    {
        ScheduleArrival(*client, client->source.NextAfter(client->source.Start()));
    }
    else
    {
        ScheduleNext(*client);
    }
}

void
RequestFlow::ScheduleNext(Client& client)
{
    if (const auto next = client.source.Next())
    {
        ScheduleArrival(client, *next);
    }
}

void
RequestFlow::ScheduleArrival(Client& client, const Request& request)
{
    client.coming = request;
    if (client.coming.arrival > client.lastArrival)
    {
        return;
    }
    ++m_coming;
    const ns3::Time accepted = client.coming.arrival + client.delay * std::int64_t(3);
    ns3::Simulator::Schedule(accepted - ns3::Simulator::Now(), ns3::Ptr<ns3::EventImpl>(&client));
}

RequestFlow::Call&
RequestFlow::NewCall()
{
    if (m_free.empty())
    {
        const auto place = static_cast<std::uint32_t>(m_calls.size());
        m_calls.push_back(ns3::Create<Call>(*this, place));
        m_free.reserve(m_calls.capacity());
        return *m_calls.back();
    }
    Call& call = *m_calls[m_free.back()];
    m_free.pop_back();
    return call;
}

void
RequestFlow::OnArrival(Client& client)
{
    --m_coming;
    Call& call = NewCall();
    call.active = true;
    ++m_active;
    call.client = client.number;
    call.proxy = &m_proxies[client.proxy].application;
    call.arrival = client.coming.arrival;
    call.work = client.coming.work;
    if (!client.source.IsClosed())
    {
        ScheduleNext(client);
    }
    call.life.emplace(call, Now());
    call.proxy->Serve(*call.life);
}

void
RequestFlow::Schedule(Call& call, Step step, ns3::Time delay)
{
    call.step = step;
    if (delay.IsZero())
    {
        Take(call);
        return;
    }
    ns3::Simulator::Schedule(delay, ns3::Ptr<ns3::EventImpl>(&call));
}

void
RequestFlow::Take(Call& call)
{
    if (call.step == Step::AT_SERVER)
    {
        OnRequestAtServer(call);
        return;
    }
    if (IsOver(call))
    {
        return;
    }
    switch (call.step)
    {
    case Step::REFUSED:
        call.proxy->ConnectFailed(*call.life);
        break;
    case Step::AT_SERVER:
        break;
    case Step::GOOD:
    case Step::EMPTY:
        call.proxy->Finished(*call.life, call.step == Step::EMPTY);
        break;
    case Step::BAD:
        // The client has sent its request, so that nothing can be tried anew.
        call.proxy->Aborted(*call.life, Side::SERVER, false, true);
        break;
    }
}

/** Its steps are done. \return whether it had its outcome before: then it is free now */
bool
RequestFlow::IsOver(Call& call)
{
    call.carried = false;
    if (call.active)
    {
        return false;
    }
    m_free.push_back(call.place);
    return true;
}

std::uint32_t
RequestFlow::ServerOf(const Proxy& proxy, AgentIndex agent) const
{
    if (agent >= proxy.serverByAgent.size())
    {
        proxy.serverByAgent.resize(agent + 1, UNKNOWN_SERVER);
    }
    std::uint32_t& server = proxy.serverByAgent[agent];
    if (server == UNKNOWN_SERVER)
    {
        const std::string& id = proxy.application.GetBalancer().Table().Get(agent).id;
        const auto found = m_serverById.find(id);
        NS_ABORT_MSG_IF(found == m_serverById.end(), "agent " << id << " has no server");
        server = found->second;
    }
    return server;
}

/** Sends the request to the server of the agent that was picked. */
void
RequestFlow::Connect(Call& call)
{
    call.carried = true;
    call.server = ServerOf(m_proxies[m_clients[call.client]->proxy], call.life->Agent());
    Server& server = m_servers[call.server];
    if (server.model.IsListening())
    {
        ++server.coming;
        server.comingWork += call.work;
        Schedule(call, Step::AT_SERVER, server.delay * std::int64_t(3));
        return;
    }
    // Always an event: a fleet that is down whole would otherwise be tried in one moment.
    call.step = Step::REFUSED;
    ns3::Simulator::Schedule(server.delay * std::int64_t(2), ns3::Ptr<ns3::EventImpl>(&call));
}

void
RequestFlow::OnRequestAtServer(Call& call)
{
    Server& server = m_servers[call.server];
    --server.coming;
    // From zero the sum keeps its precision.
    server.comingWork = server.coming == 0 ? 0 : server.comingWork - call.work;
    if (!call.active)
    {
        IsOver(call); // the proxy has reset it before it came
        return;
    }
    call.proxy->Connected(*call.life);
    if (server.model.IsUp())
    {
        server.model.Submit(call.place, call.work);
        return;
    }
    // It crashed after the connection was made.
    Schedule(call, Step::BAD, server.delay);
}

void
RequestFlow::OnEndAtServer(std::uint64_t tag, RequestEnd how)
{
    Call& call = *m_calls[tag];
    const std::uint32_t number = call.server;
    const Server& server = m_servers[number];
    const auto left = static_cast<std::uint32_t>(server.model.InFlight());
    // The answer first: a notice that leaves with it crosses more of ns-3 on a LAN, and so comes
    // after it at the same moment; without one it must, too.
    constexpr Step STEPS[] = {Step::GOOD, Step::BAD, Step::EMPTY}; // by RequestEnd
    Schedule(call, STEPS[static_cast<int>(how)], server.delay);
    if (m_fall)
    {
        m_fall(number, left + 1, left);
    }
}

void
RequestFlow::Finish(Call& call, bool good)
{
    call.active = false;
    --m_active;
    if (!call.carried)
    {
        m_free.push_back(call.place); // else when its last step is done
    }
    Client& client = *m_clients[call.client];
    const ns3::Time received = ns3::Simulator::Now() + client.delay;
    if (client.source.IsClosed())
    {
        ScheduleArrival(client, client.source.NextAfter(received));
    }
    m_outcome(call.arrival, received - call.arrival, good);
}

void
RequestFlow::Abandon()
{
    for (const auto& call : m_calls)
    {
        if (call->active)
        {
            call->active = false;
            --m_active;
            m_outcome(call->arrival, ns3::Simulator::Now() - call->arrival, false);
        }
    }
}

} // namespace sonda::sim

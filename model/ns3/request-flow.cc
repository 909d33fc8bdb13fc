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

RequestFlow::RequestFlow(ProxyApplication& proxy, Outcome outcome)
    : m_proxy(proxy),
      m_outcome(outcome)
{
    // An index may be given to another agent after its removal.
    m_proxy.TraceConnectWithoutContext("Freshness",
                                       ns3::Callback<void, const AgentStatus&, Freshness>(
                                           [this](const AgentStatus&, Freshness to)
                                           {
                                               if (to == Freshness::REMOVED)
                                               {
                                                   m_serverByAgent.clear();
                                               }
                                           }));
}

void
RequestFlow::AddServer(const std::string& id, const ServerOptions& options, ns3::Time delay)
{
    m_serverById.emplace(id, static_cast<std::uint32_t>(m_servers.size()));
    m_servers.emplace_back(options, ns3::MakeCallback(&RequestFlow::OnServed, this), delay);
}

ServerModel&
RequestFlow::GetServer(const std::string& id)
{
    return m_servers[m_serverById.at(id)].model;
}

void
RequestFlow::AddClient(RequestSource source, ns3::Time delay, ns3::Time lastArrival)
{
    m_clients.push_back({std::move(source), delay, lastArrival, Request()});
    ScheduleArrival(static_cast<std::uint32_t>(m_clients.size() - 1));
}

void
RequestFlow::ScheduleArrival(std::uint32_t client)
{
    Client& from = m_clients[client];
    from.coming = from.source.Next();
    if (from.coming.arrival > from.lastArrival)
    {
        return;
    }
    ++m_coming;
    const ns3::Time accepted = from.coming.arrival + from.delay * std::int64_t(3);
    ns3::Simulator::Schedule(accepted - ns3::Simulator::Now(),
                             &RequestFlow::OnArrival,
                             this,
                             client);
}

void
RequestFlow::OnArrival(std::uint32_t client)
{
    --m_coming;
    Tag tag = m_requests.size();
    if (m_free.empty())
    {
        m_requests.emplace_back();
    }
    else
    {
        tag = m_free.back();
        m_free.pop_back();
    }
    const Request& request = m_clients[client].coming;
    m_requests[tag] = Call{request.arrival, ns3::Time(), request.work, client, 0, 0, true};
    ScheduleArrival(client);
    Dispatch(tag);
}

std::uint32_t
RequestFlow::ServerOf(AgentIndex agent)
{
    if (agent >= m_serverByAgent.size())
    {
        m_serverByAgent.resize(agent + 1, UNKNOWN_SERVER);
    }
    std::uint32_t& server = m_serverByAgent[agent];
    if (server == UNKNOWN_SERVER)
    {
        const std::string& id = m_proxy.GetBalancer().Table().Get(agent).id;
        const auto found = m_serverById.find(id);
        NS_ABORT_MSG_IF(found == m_serverById.end(), "agent " << id << " has no server");
        server = found->second;
    }
    return server;
}

void
RequestFlow::Dispatch(Tag tag)
{
    const auto agent = m_proxy.Dispatch();
    if (!agent)
    {
        Finish(tag, false);
        return;
    }
    Call& call = m_requests[tag];
    call.agent = *agent;
    call.server = ServerOf(*agent);
    call.dispatched = ns3::Simulator::Now();
    const Server& server = m_servers[call.server];
    if (server.model.IsUp())
    {
        ns3::Simulator::Schedule(server.delay * std::int64_t(3),
                                 &RequestFlow::OnRequestAtServer,
                                 this,
                                 tag);
    }
    else
    {
        ns3::Simulator::Schedule(server.delay * std::int64_t(2),
                                 &RequestFlow::OnRefused,
                                 this,
                                 tag);
    }
}

void
RequestFlow::OnRefused(Tag tag)
{
    m_proxy.ConnectFailed(m_requests[tag].agent);
    Dispatch(tag);
}

void
RequestFlow::OnRequestAtServer(Tag tag)
{
    const Call& call = m_requests[tag];
    m_proxy.Connected(call.agent);
    ServerModel& server = m_servers[call.server].model;
    if (server.IsUp())
    {
        server.Submit(tag, call.work);
    }
    else
    {
        // It crashed after the connection was made.
        OnServed(tag, false);
    }
}

void
RequestFlow::OnServed(Tag tag, bool good)
{
    ns3::Simulator::Schedule(m_servers[m_requests[tag].server].delay,
                             &RequestFlow::OnResponseAtProxy,
                             this,
                             tag,
                             good);
}

void
RequestFlow::OnResponseAtProxy(Tag tag, bool good)
{
    const Call& call = m_requests[tag];
    m_proxy.Complete(call.agent, ToDuration(ns3::Simulator::Now() - call.dispatched), good);
    Finish(tag, good);
}

void
RequestFlow::Finish(Tag tag, bool good)
{
    Call& call = m_requests[tag];
    call.active = false;
    // Free before the outcome is told: whoever hears it may ask what is unfinished.
    m_free.push_back(tag);
    const ns3::Time received = ns3::Simulator::Now() + m_clients[call.client].delay;
    m_outcome(call.arrival, received - call.arrival, good);
}

void
RequestFlow::Abandon()
{
    for (Call& call : m_requests)
    {
        if (call.active)
        {
            call.active = false;
            m_outcome(call.arrival, ns3::Simulator::Now() - call.arrival, false);
        }
    }
}

} // namespace sonda::sim

#include "scenarios/sim/world.h"

#include "model/ns3/adapters.h"

#include "ns3/simulator.h"

#include <limits>

/** What happens while a world runs; how it is built stands in world-build.cc. */
namespace sonda::sim
{

namespace
{

constexpr std::uint32_t UNKNOWN_ROW = std::numeric_limits<std::uint32_t>::max();

} // namespace

void
World::ScheduleEvents()
{
    for (const auto& event : m_scenario.events)
    {
        ns3::Simulator::Schedule(ns3::Seconds(event.atS), &World::Apply, this, event);
    }
}

void
World::Apply(const EventScenario& event)
{
    for (std::uint32_t row = 0; row < m_hosts.size(); ++row)
    {
        const std::string& id = m_recorder.AgentIds()[row];
        Host& host = m_hosts[row];
        const bool up = host.model->IsUp();
        const bool crashes = event.action == EventScenario::Action::CRASH;
        if (!event.IsFor(id) || up != crashes)
        {
            continue;
        }
        host.agent->SetSilent(up);
        if (host.application)
        {
            up ? host.application->Crash() : host.application->Recover();
        }
        else
        {
            up ? host.model->Crash() : host.model->Recover();
        }
    }
}

void
World::Watch()
{
    const auto connect = [](auto object, const char* name, auto callback)
    { object->TraceConnectWithoutContext(name, callback); };
    connect(m_proxy, "Dispatch", ns3::MakeCallback(&World::OnDispatch, this));
    connect(m_proxy, "ConnectFailure", ns3::MakeCallback(&World::OnConnectFailure, this));
    connect(m_proxy, "Completion", ns3::MakeCallback(&World::OnCompletion, this));
    connect(m_proxy, "Freshness", ns3::MakeCallback(&World::OnFreshness, this));
    connect(m_monitor, "Response", ns3::MakeCallback(&World::OnProbeResponse, this));
}

std::uint32_t
World::RowOf(AgentIndex agent)
{
    if (agent >= m_rowByAgent.size())
    {
        m_rowByAgent.resize(agent + 1, UNKNOWN_ROW);
    }
    std::uint32_t& row = m_rowByAgent[agent];
    if (row == UNKNOWN_ROW)
    {
        row = *m_recorder.FindAgent(m_proxy->GetBalancer().Table().Get(agent).id);
    }
    return row;
}

void
World::OnDispatch(AgentIndex agent)
{
    const AgentStatus& status = m_proxy->GetBalancer().Table().Get(agent);
    m_recorder.OnDispatch(RowOf(agent), Now(), Now() - status.reportedAt);
}

void
World::OnConnectFailure(AgentIndex agent)
{
    m_recorder.OnRetry(RowOf(agent), Now());
}

void
World::OnCompletion(AgentIndex agent, ns3::Time, bool good)
{
    m_recorder.OnCompletion(RowOf(agent), Now(), good);
}

void
World::OnResponse(ns3::Time arrival, ns3::Time responseTime, bool good)
{
    ++m_finished;
    m_recorder.OnResponse(ToInstant(arrival), ToDuration(responseTime), good);
    if (m_log != nullptr)
    {
        m_log->Add(ToInstant(arrival), ToDuration(responseTime), good);
    }
    if (m_over && Unfinished() == 0)
    {
        ns3::Simulator::Stop();
    }
}

void
World::OnProbeResponse(const Observation& observation)
{
    const auto row = m_recorder.FindAgent(observation.id);
    m_recorder.OnProbe(*row, Now(), observation.elapsed, observation.hold);
}

void
World::OnFreshness(const AgentStatus&, Freshness to)
{
    if (to == Freshness::REMOVED)
    {
        // The index may be given to another agent.
        m_rowByAgent.clear();
    }
}

void
World::CloseWindow()
{
    m_proxy->GetBalancer().Advance(Now());
    m_recorder.CloseWindow(m_proxy->GetBalancer().Table(), Now());
}

void
World::OnWindowEnd()
{
    // What happens after the end belongs to no window.
    if (m_over)
    {
        return;
    }
    CloseWindow();
    ns3::Simulator::Schedule(ToTime(m_recorder.GetOptions().window), &World::OnWindowEnd, this);
}

void
World::OnEnd()
{
    CloseWindow();
    m_over = true;
    ns3::Simulator::Stop(ns3::Seconds(m_scenario.durationS));
    if (Unfinished() == 0)
    {
        ns3::Simulator::Stop();
    }
}

std::size_t
World::Unfinished() const
{
    if (m_flow)
    {
        return m_flow->Unfinished();
    }
    std::size_t unfinished = 0;
    for (const auto& client : m_clients)
    {
        unfinished += client->Unfinished();
    }
    return unfinished;
}

void
World::Run()
{
    ns3::Simulator::Run();
    m_abandoned = Unfinished();
    if (m_flow)
    {
        m_flow->Abandon();
    }
    for (const auto& client : m_clients)
    {
        client->Abandon();
    }
}

} // namespace sonda::sim

#include "scenarios/sim/world.h"

#include "model/ns3/adapters.h"

#include "ns3/simulator.h"

/** What happens while a world runs; how it is built stands in world-build.cc. */
namespace sonda::sim
{

void
World::Host::OnFall(std::uint32_t before, std::uint32_t after)
{
    if (agent)
    {
        agent->OnFall(before, after);
    }
    else if (driver != nullptr)
    {
        driver->OnFall(before, after);
    }
}

void
World::Host::SetSilent(bool silent)
{
    if (agent)
    {
        agent->SetSilent(silent);
    }
    else if (driver != nullptr)
    {
        driver->SetSilent(silent);
    }
}

/** What befalls proxies; what befalls agents is a matter of Happenings. */
void
World::ScheduleProxyEvents()
{
    for (const auto& event : m_scenario.events)
    {
        const bool isForProxies = event.action == EventScenario::Action::PROXY_DRAIN ||
                                  event.action == EventScenario::Action::PROXY_RELOAD;
        if (isForProxies)
        {
            ns3::Simulator::Schedule(TimeFromSeconds(event.atS),
                                     [this, &event]() { BefallProxies(event); });
        }
    }
}

void
World::BefallProxies(const EventScenario& event)
{
    for (std::uint32_t number = 0; number < m_proxies.size(); ++number)
    {
        ProxyApplication& proxy = m_proxies[number]->GetProxy();
        if (event.number.value_or(number) != number)
        {
            continue;
        }
        if (event.action == EventScenario::Action::PROXY_RELOAD)
        {
            proxy.ChangeRules(event.proxy);
        }
        else
        {
            proxy.Drain();
        }
    }
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
World::CloseWindow()
{
    std::vector<const StatusTable*> tables;
    for (const auto& proxy : m_proxies)
    {
        tables.push_back(&proxy->AgedTable());
    }
    m_recorder.CloseWindow(tables, Now());
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

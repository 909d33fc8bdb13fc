#include "scenarios/sim/background-load.h"

#include "model/ns3/adapters.h"

#include "ns3/simulator.h"

#include <algorithm>

namespace sonda::sim
{

using Kind = BackgroundScenario::Kind;

BackgroundLoad::BackgroundLoad(const BackgroundScenario& scenario,
                               std::vector<ServerModel*> servers)
    : m_scenario(scenario),
      m_servers(std::move(servers)),
      m_taken(m_servers.size(), false)
{
    if (m_scenario.kind == Kind::CONSTANT)
    {
        return;
    }
    std::size_t processes = m_scenario.shared ? 1 : m_servers.size();
    if (m_scenario.kind == Kind::ANTAGONISTS)
    {
        processes = m_scenario.count;
    }
    for (std::size_t i = 0; i < processes; ++i)
    {
        Process process{i, m_scenario.shared ? m_servers.size() : 1, nullptr, nullptr};
        if (m_scenario.kind == Kind::ON_OFF)
        {
            process.one = m_scenario.onS.MakeVariable(1);
            process.other = m_scenario.offS.MakeVariable(1);
        }
        else
        {
            process.one = m_scenario.everyS.MakeVariable(1);
            process.other = m_scenario.kind == Kind::REDRAWN
                                ? m_scenario.levels.MakeVariable(1)
                                : Distribution::Uniform(0, 1).MakeVariable(1);
        }
        m_processes.push_back(process);
    }
}

std::int64_t
BackgroundLoad::AssignStreams(std::int64_t stream)
{
    std::int64_t next = stream;
    for (const auto& process : m_processes)
    {
        process.one->SetStream(next++);
        process.other->SetStream(next++);
    }
    // As many whatever the kind, so that another group's load does not depend on it.
    return 2 * static_cast<std::int64_t>(m_servers.size());
}

void
BackgroundLoad::Start()
{
    if (m_scenario.kind == Kind::CONSTANT)
    {
        SetLevel({0, m_servers.size(), nullptr, nullptr}, m_scenario.level);
        return;
    }
    for (std::size_t i = 0; i < m_processes.size(); ++i)
    {
        switch (m_scenario.kind)
        {
        case Kind::ON_OFF:
            Switch(i, false);
            break;
        case Kind::REDRAWN:
            Redraw(i);
            break;
        case Kind::ANTAGONISTS:
            Settle(m_processes[i]);
            ns3::Simulator::Schedule(TimeFromSeconds(m_processes[i].one->GetValue()),
                                     &BackgroundLoad::Hop,
                                     this,
                                     i);
            break;
        case Kind::CONSTANT:
            break;
        }
    }
}

void
BackgroundLoad::SetLevel(const Process& process, double level)
{
    for (std::size_t i = 0; i < process.count; ++i)
    {
        m_servers[process.first + i]->SetBackground(level);
    }
}

void
BackgroundLoad::Switch(std::size_t process, bool on)
{
    const Process& which = m_processes[process];
    SetLevel(which, on ? m_scenario.level : 0);
    const double seconds = (on ? which.one : which.other)->GetValue();
    ns3::Simulator::Schedule(TimeFromSeconds(seconds), &BackgroundLoad::Switch, this, process, !on);
}

void
BackgroundLoad::Redraw(std::size_t process)
{
    const Process& which = m_processes[process];
    SetLevel(which, which.other->GetValue());
    ns3::Simulator::Schedule(TimeFromSeconds(which.one->GetValue()),
                             &BackgroundLoad::Redraw,
                             this,
                             process);
}

void
BackgroundLoad::Settle(Process& process)
{
    const auto free = static_cast<double>(std::count(m_taken.begin(), m_taken.end(), false));
    auto place = static_cast<std::size_t>(process.other->GetValue() * free);
    for (std::size_t i = 0; i < m_taken.size(); ++i)
    {
        if (!m_taken[i] && place-- == 0)
        {
            process.first = i;
            break;
        }
    }
    m_taken[process.first] = true;
    SetLevel(process, m_scenario.level);
}

void
BackgroundLoad::Hop(std::size_t process)
{
    Process& which = m_processes[process];
    // Where every server has its antagonist there is nowhere to go.
    if (m_processes.size() < m_servers.size())
    {
        const std::size_t left = which.first;
        SetLevel(which, 0);
        Settle(which);
        m_taken[left] = false;
    }
    ns3::Simulator::Schedule(TimeFromSeconds(which.one->GetValue()),
                             &BackgroundLoad::Hop,
                             this,
                             process);
}

} // namespace sonda::sim

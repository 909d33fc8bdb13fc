#include "scenarios/sim/background-load.h"

#include "ns3/simulator.h"

namespace sonda::sim
{

BackgroundLoad::BackgroundLoad(ServerModel& server, const BackgroundScenario& scenario)
    : m_server(server),
      m_scenario(scenario),
      m_on(scenario.onS.MakeVariable(1)),
      m_off(scenario.offS.MakeVariable(1))
{
}

std::int64_t
BackgroundLoad::AssignStreams(std::int64_t stream)
{
    m_on->SetStream(stream);
    m_off->SetStream(stream + 1);
    return 2;
}

void
BackgroundLoad::Start()
{
    if (m_scenario.kind == BackgroundScenario::Kind::ON_OFF)
    {
        Switch(false);
    }
    else
    {
        m_server.SetBackground(m_scenario.level);
    }
}

void
BackgroundLoad::Switch(bool on)
{
    m_server.SetBackground(on ? m_scenario.level : 0);
    const double seconds = (on ? m_on : m_off)->GetValue();
    ns3::Simulator::Schedule(ns3::Seconds(seconds), &BackgroundLoad::Switch, this, !on);
}

} // namespace sonda::sim

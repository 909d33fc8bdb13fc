#ifndef SONDA_SCENARIOS_SIM_NOT_YET_H
#define SONDA_SCENARIOS_SIM_NOT_YET_H

#include "scenarios/sim/scenario.h"

namespace sonda::sim
{

/** Throws ScenarioError for what a scenario may say and the World does not do yet. */
inline void
RefuseNotYet(const Scenario& scenario)
{
    const auto refuse = [](bool wanted, const char* what)
    {
        if (wanted)
        {
            throw ScenarioError(std::string(what) + " is not built yet");
        }
    };
    for (const auto& event : scenario.events)
    {
        refuse(event.action != EventScenario::Action::CRASH &&
                   event.action != EventScenario::Action::RECOVER &&
                   event.action != EventScenario::Action::LOAD,
               "this event");
    }
    for (const auto& group : scenario.agents)
    {
        refuse(group.background.kind != BackgroundScenario::Kind::CONSTANT &&
                   (group.background.kind != BackgroundScenario::Kind::ON_OFF ||
                    group.background.shared),
               "background.cpu of this kind");
    }
}

} // namespace sonda::sim

#endif

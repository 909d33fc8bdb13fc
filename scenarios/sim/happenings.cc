#include "scenarios/sim/happenings.h"

#include "model/ns3/adapters.h"

#include "ns3/simulator.h"

#include <utility>

namespace sonda::sim
{

namespace
{

constexpr double BYTES_PER_MB = 1e6;

template <typename To, typename From>
void
Replace(To& truth, const std::optional<From>& lie, double scale = 1)
{
    if (lie)
    {
        truth = *lie * scale;
    }
}

} // namespace

Happenings::Happenings(const Scenario& scenario)
    : m_scenario(scenario)
{
}

std::size_t
Happenings::Add(Subject subject)
{
    Condition& agent = m_agents.emplace_back();
    agent.subject = std::move(subject);
    if (m_scenario.IsAbsentAtFirst(agent.subject.id))
    {
        agent.present = false;
        StopListening(agent);
        UpdateSilence(agent);
    }
    return m_agents.size() - 1;
}

void
Happenings::Schedule()
{
    for (const auto& event : m_scenario.events)
    {
        if (event.IsForAgents())
        {
            ns3::Simulator::Schedule(TimeFromSeconds(event.atS),
                                     [this, &event]() { Apply(event); });
        }
    }
}

Report
Happenings::Told(std::size_t agent, Report truth) const
{
    const Condition& condition = m_agents[agent];
    if (condition.lie != nullptr)
    {
        const LieScenario& lie = *condition.lie;
        Replace(truth.cpu, lie.cpu);
        Replace(truth.cpu10s, lie.cpu);
        Replace(truth.ram, lie.ramMb, BYTES_PER_MB);
        Replace(truth.load1, lie.load1);
        Replace(truth.serviceTime, lie.serviceMs, 1e-3);
        Replace(truth.rate, lie.rate);
        Replace(truth.weight, lie.weight);
        if (lie.inFlight)
        {
            truth.inFlight = *lie.inFlight;
        }
    }
    if (condition.draining)
    {
        truth.state = ServerState::DRAIN;
    }
    return truth;
}

void
Happenings::Apply(const EventScenario& event)
{
    for (auto& agent : m_agents)
    {
        if (event.IsFor(agent.subject.id))
        {
            Befall(agent, event);
            UpdateSilence(agent);
        }
    }
}

/** The events that bring back who is not there. */
void
Happenings::Return(Condition& agent, EventScenario::Action action)
{
    using Action = EventScenario::Action;
    if (action == Action::JOIN && !agent.present)
    {
        agent.present = true;
        MakeNew(agent);
    }
    else if (action == Action::RECOVER && agent.present)
    {
        MakeNew(agent);
    }
}

void
Happenings::Befall(Condition& agent, const EventScenario& event)
{
    using Action = EventScenario::Action;
    Return(agent, event.action);
    if (!agent.present || !agent.up)
    {
        return; // nothing else befalls who is not there
    }
    switch (event.action)
    {
    case Action::CRASH:
        agent.up = false;
        // Silent before its requests end, or it would announce that it is free.
        UpdateSilence(agent);
        CrashServer(agent);
        break;
    case Action::SERVER_CRASH:
        CrashServer(agent);
        break;
    case Action::LEAVE:
        agent.present = false;
        StopListening(agent);
        break;
    case Action::SILENCE:
        agent.silenced = true;
        break;
    case Action::LIE:
        agent.lie = &event.report;
        break;
    case Action::SLOW:
        agent.subject.model->SetSpeedFactor(event.factor);
        break;
    case Action::FAIL:
        agent.subject.model->SetFailing(event.how);
        break;
    case Action::DRAIN:
        agent.draining = true;
        break;
    default:
        break; // see Return(), and World
    }
}

void
Happenings::CrashServer(Condition& agent)
{
    const Subject& subject = agent.subject;
    if (subject.model->IsUp())
    {
        subject.application ? subject.application->Crash() : subject.model->Crash();
    }
}

void
Happenings::StopListening(Condition& agent)
{
    const Subject& subject = agent.subject;
    subject.application ? subject.application->StopListening() : subject.model->StopListening();
}

void
Happenings::MakeNew(Condition& agent)
{
    const Subject& subject = agent.subject;
    if (!subject.model->IsListening())
    {
        subject.application ? subject.application->Recover() : subject.model->Recover();
    }
    subject.model->SetSpeedFactor(1);
    subject.model->SetFailing(RequestEnd::SERVED);
    agent.up = true;
    agent.silenced = false;
    agent.draining = false;
    agent.lie = nullptr;
}

void
Happenings::UpdateSilence(const Condition& agent)
{
    agent.subject.setSilent(!agent.present || !agent.up || agent.silenced);
}

} // namespace sonda::sim

#include "model/selection/policies/c3.h"

#include "model/selection/policy-row.h"

namespace sonda
{

C3Policy::C3Policy(double clients, AgeRule rule)
    : m_view(rule),
      m_clients(clients)
{
}

std::optional<AgentIndex>
C3Policy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    m_best.Restart();
    for (const auto agent : m_view.Candidates())
    {
        m_best.Offer(agent, Rank(table, agent));
    }
    return m_best.Draw(random);
}

double
C3Policy::Rank(const StatusTable& table, AgentIndex agent)
{
    const Averages& averages = m_averages[agent];
    const AgentStatus& status = table.Get(agent);
    const SampleAverage& service =
        averages.service.IsEmpty() ? averages.response : averages.service;
    const double response = averages.response.IsEmpty() ? service.Get() : averages.response.Get();
    const double queue = 1 + status.inFlight * m_clients + averages.queue.Get();
    return response - service.Get() + queue * queue * queue * service.Get();
}

void
C3Policy::OnReport(const StatusTable& table, AgentIndex agent, Instant)
{
    const Report& report = table.Get(agent).report;
    Averages& averages = m_averages[agent];
    if (report.serviceTime)
    {
        averages.service.Add(*report.serviceTime);
    }
    if (report.inFlight)
    {
        averages.queue.Add(*report.inFlight);
    }
}

void
C3Policy::OnCompletion(const StatusTable&, AgentIndex agent, const Ending& ending, Instant)
{
    if (ending.kind == Ending::Kind::COMPLETED && ending.good)
    {
        m_averages[agent].response.Add(ToSeconds(ending.latency));
    }
}

void
C3Policy::OnRemoved(AgentIndex agent)
{
    m_averages.Reset(agent);
}

namespace policies
{

PolicyRow
C3Row()
{
    return {"c3",
            'F',
            "C3: response time, service time and cubed queue",
            "none",
            Ageing::CUT_OFF,
            {Proxies()},
            MakeWith<C3Policy>};
}

} // namespace policies

} // namespace sonda

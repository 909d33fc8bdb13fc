#include "model/selection/policies/c3-rate.h"

#include "model/selection/policy-row.h"

namespace sonda
{

RateLimitedC3Policy::RateLimitedC3Policy(double clients, AgeRule rule)
    : C3Policy(clients, rule)
{
}

std::optional<AgentIndex>
RateLimitedC3Policy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    m_best.Restart();
    m_allowed.Restart();
    for (const auto agent : m_view.Candidates())
    {
        const double rank = Rank(table, agent);
        m_best.Offer(agent, rank);
        if (m_rates[agent].HasToken(now))
        {
            m_allowed.Offer(agent, rank);
        }
    }
    return m_allowed.First() ? m_allowed.Draw(random) : m_best.Draw(random);
}

void
RateLimitedC3Policy::OnDispatch(const StatusTable&, AgentIndex agent, Instant now)
{
    m_rates[agent].OnSent(now);
}

void
RateLimitedC3Policy::OnCompletion(const StatusTable& table,
                                  AgentIndex agent,
                                  const Ending& ending,
                                  Instant now)
{
    C3Policy::OnCompletion(table, agent, ending, now);
    if (ending.kind == Ending::Kind::COMPLETED)
    {
        m_rates[agent].OnReceived(now);
    }
}

void
RateLimitedC3Policy::OnRemoved(AgentIndex agent)
{
    C3Policy::OnRemoved(agent);
    m_rates.Reset(agent);
}

namespace policies
{

PolicyRow
C3RateRow()
{
    return {"c3-rate",
            'F',
            "C3 with its rate control",
            "none",
            Ageing::CUT_OFF,
            {Proxies()},
            MakeWith<RateLimitedC3Policy>};
}

} // namespace policies

} // namespace sonda

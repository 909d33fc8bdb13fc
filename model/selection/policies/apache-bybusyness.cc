#include "model/selection/policy-row.h"
#include "model/selection/view.h"
#include "model/table/per-agent.h"

namespace sonda
{

namespace
{

/**
 * Apache's `lbmethod=bybusyness` (2.4): the fewest connections, whatever the weights; of equals the
 * one with the most credit. At each pick every candidate gains its weight, and the picked one loses
 * the sum of all: so weights only break ties. Cost of a pick: O(n).
 */
class BybusynessPolicy : public Policy
{
  public:
    explicit BybusynessPolicy(AgeRule rule)
        : m_view(rule)
    {
    }

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

    void
    OnRemoved(AgentIndex agent) override
    {
        m_credits.Reset(agent);
    }

  private:
    View m_view;
    PerAgent<double> m_credits;
};

std::optional<AgentIndex>
BybusynessPolicy::Pick(const StatusTable& table, Instant now, RandomStream&)
{
    m_view.Look(table, now);
    std::optional<AgentIndex> best;
    double sum = 0;
    for (const AgentIndex agent : m_view.Candidates())
    {
        const AgentStatus& status = table.Get(agent);
        m_credits[agent] += status.report.weight;
        sum += status.report.weight;
        if (!best || status.inFlight < table.Get(*best).inFlight ||
            (status.inFlight == table.Get(*best).inFlight && m_credits[agent] > m_credits[*best]))
        {
            best = agent;
        }
    }
    if (best)
    {
        m_credits[*best] -= sum;
    }
    return best;
}

} // namespace

namespace policies
{

PolicyRow
ApacheBybusynessRow()
{
    return {"apache-bybusyness",
            'H',
            "Apache httpd, lbmethod=bybusyness: fewest connections, weights only break ties",
            "none",
            Ageing::CUT_OFF,
            {},
            MakePlain<BybusynessPolicy>};
}

} // namespace policies

} // namespace sonda

#include "model/selection/policy-row.h"
#include "model/selection/view.h"
#include "model/table/per-agent.h"

namespace sonda
{

namespace
{

/**
 * nginx's `least_conn` (1.22; stream and HTTP alike): the fewest connections for the weight; where
 * several have as few they take turns by weight among themselves, as in smooth weighted round
 * robin, with credits that only such ties change. So idle servers are picked in proportion to their
 * weights. Cost of a pick: O(n).
 */
class LeastConnPolicy : public Policy
{
  public:
    explicit LeastConnPolicy(AgeRule rule)
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
    std::vector<AgentIndex> m_equals; //!< within a pick; kept for its memory
};

std::optional<AgentIndex>
LeastConnPolicy::Pick(const StatusTable& table, Instant now, RandomStream&)
{
    m_view.Look(table, now);
    m_equals.clear();
    for (const AgentIndex agent : m_view.Candidates())
    {
        const AgentStatus& status = table.Get(agent);
        if (!m_equals.empty())
        {
            const AgentStatus& best = table.Get(m_equals.front());
            const double ours = status.inFlight * best.report.weight;
            const double theirs = best.inFlight * status.report.weight;
            if (ours > theirs)
            {
                continue;
            }
            if (ours < theirs)
            {
                m_equals.clear();
            }
        }
        m_equals.push_back(agent);
    }
    if (m_equals.size() < 2)
    {
        return m_equals.empty() ? std::nullopt : std::make_optional(m_equals.front());
    }
    AgentIndex best = m_equals.front();
    double sum = 0;
    for (const AgentIndex agent : m_equals)
    {
        const double weight = table.Get(agent).report.weight;
        sum += weight;
        m_credits[agent] += weight;
        best = m_credits[agent] > m_credits[best] ? agent : best;
    }
    m_credits[best] -= sum;
    return best;
}

} // namespace

namespace policies
{

PolicyRow
NginxLeastConnRow()
{
    return {"nginx-least-conn",
            'H',
            "nginx, least_conn: fewest connections for the weight, equals in turn by weight",
            "none",
            Ageing::CUT_OFF,
            {},
            MakePlain<LeastConnPolicy>};
}

} // namespace policies

} // namespace sonda

#include "model/selection/hot-cold.h"
#include "model/selection/policy-row.h"
#include "model/selection/view.h"

namespace sonda
{

namespace
{

/**
 * HotColdRule over all candidates, with what the last reports say (ProbedOf()); latency is the
 * score. Cost of a pick: O(n).
 */
class HotColdPolicy : public Policy
{
  public:
    HotColdPolicy(double quantile, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    HotColdRule m_rule;
    View m_view;
    std::vector<Probed> m_probed;
};

HotColdPolicy::HotColdPolicy(double quantile, AgeRule rule)
    : m_rule(quantile),
      m_view(rule)
{
}

std::optional<AgentIndex>
HotColdPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    const auto& candidates = m_view.Candidates();
    if (candidates.empty())
    {
        return std::nullopt;
    }
    m_probed.clear();
    for (const auto agent : candidates)
    {
        m_probed.push_back(ProbedOf(table.Get(agent), m_view.Score(agent), table.GetFormula()));
    }
    return candidates[m_rule.Best(m_probed, random)];
}

} // namespace

namespace policies
{

PolicyRow
PrequalRow()
{
    return {"prequal",
            'F',
            "Prequal's hot and cold over all last reports",
            "expected-latency",
            Ageing::ALL,
            {{"q", "the quantile above which an agent is hot", 0, 1, 0.84}},
            MakeWith<HotColdPolicy>};
}

} // namespace policies

} // namespace sonda

#include "model/selection/policy-row.h"
#include "model/selection/view.h"

#include <algorithm>

namespace sonda
{

namespace
{

/**
 * Every candidate whose score is good enough with the same probability: at least the limit where
 * the highest is best, at most the limit where the lowest is. When none is, every candidate. Cost
 * of a pick: O(1) with a static formula but for O(n) once a report, O(n) with a dynamic one.
 */
class ThresholdPolicy : public Policy
{
  public:
    ThresholdPolicy(double limit, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    double m_limit;
    View m_view;
    std::uint64_t m_epoch{0};
    std::vector<AgentIndex> m_good;
};

ThresholdPolicy::ThresholdPolicy(double limit, AgeRule rule)
    : m_limit(limit),
      m_view(rule)
{
}

std::optional<AgentIndex>
ThresholdPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    const auto& candidates = m_view.Candidates();
    if (candidates.empty())
    {
        return std::nullopt;
    }
    if (!m_view.IsSteady() || m_epoch != m_view.Epoch())
    {
        m_epoch = m_view.Epoch();
        m_good.clear();
        const double limit = table.GetFormula().Rank(m_limit);
        std::copy_if(candidates.begin(),
                     candidates.end(),
                     std::back_inserter(m_good),
                     [&](AgentIndex agent) { return m_view.Rank(agent) <= limit; });
    }
    return OneOf(m_good.empty() ? candidates : m_good, random);
}

} // namespace

namespace policies
{

PolicyRow
ThresholdRow()
{
    return {"threshold",
            'C',
            "one of those whose score is as good, at random",
            "connections",
            Ageing::ALL,
            {{"score", "the score that is good enough", -1e300, 1e300, 2}},
            MakeWith<ThresholdPolicy>};
}

} // namespace policies

} // namespace sonda

#include "model/selection/policies/weighted.h"

#include "model/selection/policy-row.h"

namespace sonda
{

WeightedPolicy::WeightedPolicy(AgeRule rule)
    : m_view(rule)
{
}

std::optional<AgentIndex>
WeightedPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    if (m_view.Candidates().empty())
    {
        return std::nullopt;
    }
    m_weights.Look(m_view);
    return m_view.Candidates()[m_weights.GetLottery().Draw(random)];
}

namespace policies
{

PolicyRow
WeightedRow()
{
    return {"weighted",
            'A',
            "at random in proportion to the weights",
            "weight",
            Ageing::ALL,
            {},
            MakePlain<WeightedPolicy>};
}

} // namespace policies

} // namespace sonda

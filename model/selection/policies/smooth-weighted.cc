#include "model/selection/policy-row.h"
#include "model/selection/smooth-turn.h"
#include "model/selection/weights.h"

namespace sonda
{

namespace
{

/** SmoothTurn with the weights of the formula (Weights). Cost of a pick: O(n). */
class SmoothWeightedPolicy : public Policy
{
  public:
    explicit SmoothWeightedPolicy(AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnRemoved(AgentIndex agent) override;

  private:
    View m_view;
    Weights m_weights;
    SmoothTurn m_turn;
};

SmoothWeightedPolicy::SmoothWeightedPolicy(AgeRule rule)
    : m_view(rule)
{
}

std::optional<AgentIndex>
SmoothWeightedPolicy::Pick(const StatusTable& table, Instant now, RandomStream&)
{
    m_view.Look(table, now);
    if (m_view.Candidates().empty())
    {
        return std::nullopt;
    }
    m_weights.Look(m_view);
    return m_turn.Next(m_view.Candidates(), m_weights.Get());
}

void
SmoothWeightedPolicy::OnRemoved(AgentIndex agent)
{
    m_turn.Forget(agent);
}

} // namespace

namespace policies
{

PolicyRow
SmoothWeightedRow()
{
    return {"smooth-weighted",
            'A',
            "turns in proportion to the weights, spread evenly",
            "weight",
            Ageing::ALL,
            {},
            MakePlain<SmoothWeightedPolicy>};
}

} // namespace policies

} // namespace sonda

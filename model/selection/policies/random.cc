#include "model/selection/candidates.h"
#include "model/selection/policy-row.h"
#include "model/selection/view.h"

namespace sonda
{

namespace
{

/** Every candidate with equal probability. Cost of a pick: O(1). */
class RandomPolicy : public Policy
{
  public:
    explicit RandomPolicy(AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    View m_view;
};

RandomPolicy::RandomPolicy(AgeRule rule)
    : m_view(rule)
{
}

std::optional<AgentIndex>
RandomPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    return AnyOf(m_view.Candidates(), random);
}

} // namespace

namespace policies
{

PolicyRow
RandomRow()
{
    return {"random",
            'A',
            "every candidate alike",
            "none",
            Ageing::CUT_OFF,
            {},
            MakePlain<RandomPolicy>};
}

} // namespace policies

} // namespace sonda

#include "model/selection/best-ones.h"
#include "model/selection/policy-row.h"

namespace sonda
{

namespace
{

/**
 * Always the agent with the best score; of equals, the one with the lowest index (agents are
 * numbered as they become known, and a number is given again after its agent was removed). The
 * student report's rule: between two reports every connection goes to the same agent.
 * Cost of a pick: O(1) for static formulas, O(n) otherwise; with a cut-off O(1) but for O(n) once a
 * report.
 */
class HeadPolicy : public Policy
{
  public:
    explicit HeadPolicy(AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    BestOnes m_best;
};

HeadPolicy::HeadPolicy(AgeRule rule)
    : m_best(rule)
{
}

std::optional<AgentIndex>
HeadPolicy::Pick(const StatusTable& table, Instant now, RandomStream&)
{
    return m_best.Pick(table, now, nullptr);
}

} // namespace

namespace policies
{

PolicyRow
HeadRow()
{
    return {"head",
            'C',
            "the best score; of equals always the same one",
            "connections",
            Ageing::ALL,
            {},
            MakePlain<HeadPolicy>};
}

} // namespace policies

} // namespace sonda

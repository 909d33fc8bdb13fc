#include "model/selection/best-ones.h"
#include "model/selection/policy-row.h"

namespace sonda
{

namespace
{

/**
 * The agent with the best score; of equals a random one, each with the same probability. Cost of a
 * pick: O(1) for static formulas, O(n) otherwise; with a cut-off O(1) but for O(n) once a report.
 */
class BestPolicy : public Policy
{
  public:
    explicit BestPolicy(AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    BestOnes m_best;
};

BestPolicy::BestPolicy(AgeRule rule)
    : m_best(rule)
{
}

std::optional<AgentIndex>
BestPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    return m_best.Pick(table, now, &random);
}

} // namespace

namespace policies
{

PolicyRow
BestRow()
{
    return {"best",
            'C',
            "the best score; of equals a random one",
            "connections",
            Ageing::ALL,
            {},
            MakePlain<BestPolicy>};
}

} // namespace policies

} // namespace sonda

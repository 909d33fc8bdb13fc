#ifndef SONDA_MODEL_SELECTION_POLICIES_WEIGHTED_H
#define SONDA_MODEL_SELECTION_POLICIES_WEIGHTED_H

#include "model/selection/policy.h"
#include "model/selection/weights.h"

namespace sonda
{

/**
 * Every candidate with probability weight / sum of weights (Weights). Cost of a pick: O(log n) with
 * a static formula, O(n) with a dynamic one.
 */
class WeightedPolicy : public Policy
{
  public:
    explicit WeightedPolicy(AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    View m_view;
    Weights m_weights;
};

} // namespace sonda

#endif

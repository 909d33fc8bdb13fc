#ifndef SONDA_MODEL_SELECTION_UNSCORED_H
#define SONDA_MODEL_SELECTION_UNSCORED_H

#include "model/selection/policy.h"

namespace sonda
{

/** Every candidate with equal probability. Cost of a pick: O(1). */
class RandomPolicy : public Policy
{
  public:
    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
};

/**
 * The candidates in turn, by index; one that appears or disappears does not disturb the turn of the
 * others. Cost of a pick: O(log n).
 */
class RoundRobinPolicy : public Policy
{
  public:
    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    std::optional<AgentIndex> m_last;
};

/** Every candidate with probability weight / sum of weights. Cost of a pick: O(n). */
class WeightedPolicy : public Policy
{
  public:
    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
};

} // namespace sonda

#endif

#ifndef SONDA_MODEL_SELECTION_UNSCORED_H
#define SONDA_MODEL_SELECTION_UNSCORED_H

#include "model/selection/policy.h"
#include "model/selection/view.h"

namespace sonda
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

/**
 * The candidates in turn, by index; one that appears or disappears does not disturb the turn of the
 * others. Cost of a pick: O(log n).
 */
class RoundRobinPolicy : public Policy
{
  public:
    explicit RoundRobinPolicy(AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    View m_view;
    std::optional<AgentIndex> m_last;
};

} // namespace sonda

#endif

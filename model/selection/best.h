#ifndef SONDA_MODEL_SELECTION_BEST_H
#define SONDA_MODEL_SELECTION_BEST_H

#include "model/selection/policy.h"

namespace sonda
{

/**
 * Always the agent with the best score; of equals, the one with the lowest index (agents are
 * numbered as they become known, and a number is given again after its agent was removed). The
 * student report's rule: between two reports every connection goes to the same agent.
 * Cost of a pick: O(1) for static formulas, O(n) otherwise.
 */
class HeadPolicy : public Policy
{
  public:
    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
};

/** As HeadPolicy, but among equals one at random. Cost as there. */
class BestPolicy : public Policy
{
  public:
    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
};

} // namespace sonda

#endif

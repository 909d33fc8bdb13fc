#ifndef SONDA_MODEL_SELECTION_FRESH_H
#define SONDA_MODEL_SELECTION_FRESH_H

#include "model/selection/champion.h"
#include "model/selection/oracle.h"
#include "model/selection/policy.h"

namespace sonda
{

/**
 * The agent for which a figure of the oracle is least; of equals a random one.
 * `fresh-shortest-queue` looks at Oracle::Present(), `fresh-least-work` at Oracle::WorkLeft().
 */
class FreshPolicy : public Policy
{
  public:
    using Figure = double (Oracle::*)(AgentIndex) const;

    /** \param oracle outlives the policy */
    FreshPolicy(const Oracle& oracle, Figure figure);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    const Oracle& m_oracle;
    Figure m_figure;
    Champion m_best;
};

} // namespace sonda

#endif

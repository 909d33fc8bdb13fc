#ifndef SONDA_MODEL_SELECTION_BOUNDS_H
#define SONDA_MODEL_SELECTION_BOUNDS_H

#include "model/selection/champion.h"
#include "model/selection/oracle.h"
#include "model/selection/policy.h"

/**
 * Policies that know the true state of the servers, which exists in a simulation only. They bound
 * what can be reached with any information: their distance to another policy is what its
 * information and its rule cost together. Cost of a pick: O(n).
 */
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

/**
 * One queue for all servers, as in M/M/c: a request waits at the proxy until a core is free, and
 * goes to the server with the fewest requests per core, a random one of equals. An agent that does
 * not report its cores has one.
 */
class CentralQueuePolicy : public Policy
{
  public:
    /** \param oracle outlives the policy */
    explicit CentralQueuePolicy(const Oracle& oracle);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

    bool
    HoldsBack() const override
    {
        return true;
    }

  private:
    const Oracle& m_oracle;
    Champion m_best;
};

} // namespace sonda

#endif

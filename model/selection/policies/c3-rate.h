#ifndef SONDA_MODEL_SELECTION_POLICIES_C3_RATE_H
#define SONDA_MODEL_SELECTION_POLICIES_C3_RATE_H

#include "model/selection/cubic-rate.h"
#include "model/selection/policies/c3.h"

namespace sonda
{

/**
 * C3 with its rate control (section 3.2): a token bucket for each agent, whose rate follows a cubic
 * function (CubicRate); of the agents that have a token the least is picked. Where none has one the
 * paper holds the request back; a proxy cannot, so the least of all is picked. Cost: O(n).
 */
class RateLimitedC3Policy : public C3Policy
{
  public:
    RateLimitedC3Policy(double clients, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;
    void OnDispatch(const StatusTable& table, AgentIndex agent, Instant now) override;
    void OnCompletion(const StatusTable& table,
                      AgentIndex agent,
                      const Ending& ending,
                      Instant now) override;
    void OnRemoved(AgentIndex agent) override;

  private:
    PerAgent<CubicRate> m_rates;
    Champion m_allowed; //!< of those that have a token
};

} // namespace sonda

#endif

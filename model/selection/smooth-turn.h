#ifndef SONDA_MODEL_SELECTION_SMOOTH_TURN_H
#define SONDA_MODEL_SELECTION_SMOOTH_TURN_H

#include "model/table/agent-status.h"
#include "model/table/per-agent.h"

#include <vector>

namespace sonda
{

/**
 * The turn of nginx's smooth weighted round robin: at each pick every candidate gains its weight,
 * the one with the most is picked and loses the sum of all weights. So of weights 5, 1, 1 seven
 * picks are a a b a c a a. Of equals the one with the lowest index.
 */
class SmoothTurn
{
  public:
    /** \param weights of the candidates, in their order, at least one; O(n) */
    AgentIndex Next(const std::vector<AgentIndex>& candidates, const std::vector<double>& weights);

    void
    Forget(AgentIndex agent)
    {
        m_credit.Reset(agent);
    }

  private:
    PerAgent<double> m_credit;
};

} // namespace sonda

#endif

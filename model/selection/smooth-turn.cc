#include "model/selection/smooth-turn.h"

namespace sonda
{

AgentIndex
SmoothTurn::Next(const std::vector<AgentIndex>& candidates, const std::vector<double>& weights)
{
    double sum = 0;
    std::size_t best = 0;
    double most = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i)
    {
        const double credit = m_credit[candidates[i]] += weights[i];
        sum += weights[i];
        if (i == 0 || credit > most)
        {
            best = i;
            most = credit;
        }
    }
    m_credit[candidates[best]] -= sum;
    return candidates[best];
}

} // namespace sonda

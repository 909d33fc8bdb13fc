#include "model/control/balancer.h"

#include <algorithm>

/** How the balancer spares agents that are new or return. */
namespace sonda
{

/**
 * An agent whose share is w takes part in a pick with probability w, whatever the policy: when it
 * is picked and the coin says no, it is no candidate for this pick, and the policy picks again; so
 * it is when it is on probation and has its fill. If nobody is left, this is not heeded. When most
 * agents are spared their share is greater, see StatusTable::LeastShare(). No random number is
 * drawn unless an agent is spared.
 */
std::optional<AgentIndex>
Balancer::PickSparing(Instant now, RandomStream& random)
{
    auto agent = Pick(now, random);
    while (agent)
    {
        const double share = std::max(m_table.StartShare(*agent, now), m_table.LeastShare());
        const bool isSpared =
            m_table.HasItsFill(*agent, now) || (share < 1 && random.Uniform() >= share);
        if (!isSpared)
        {
            break;
        }
        m_table.HoldBack(*agent, true, now);
        m_heldBack.push_back(*agent);
        agent = Pick(now, random);
    }
    if (m_heldBack.empty())
    {
        return agent;
    }
    const bool isNobodyLeft = !agent && m_table.Candidates().empty();
    for (const AgentIndex held : m_heldBack)
    {
        m_table.HoldBack(held, false, now);
    }
    m_heldBack.clear();
    return isNobodyLeft ? Pick(now, random) : agent;
}

} // namespace sonda

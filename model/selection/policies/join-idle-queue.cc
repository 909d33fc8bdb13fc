#include "model/selection/policies/join-idle-queue.h"

#include "model/selection/candidates.h"
#include "model/selection/policy-row.h"

namespace sonda
{

JoinIdleQueuePolicy::JoinIdleQueuePolicy(AgeRule rule)
    : m_view(rule)
{
}

std::optional<AgentIndex>
JoinIdleQueuePolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    for (auto waiting = m_idle.First(); waiting;)
    {
        if (Contains(m_view.Candidates(), *waiting))
        {
            return waiting;
        }
        const AgentIndex agent = *waiting;
        waiting = m_idle.After(agent);
        if (!table.Get(agent).heldBack)
        {
            // It drains, rests or is silent. When it works again it will become idle again.
            m_idle.Erase(agent);
        }
    }
    return AnyOf(m_view.Candidates(), random);
}

void
JoinIdleQueuePolicy::OnDispatch(const StatusTable&, AgentIndex agent, Instant)
{
    // Without a list a random one is picked: that one is not on it, so nothing else is taken off.
    m_idle.Erase(agent);
}

void
JoinIdleQueuePolicy::OnNotice(const StatusTable&, AgentIndex agent, Instant)
{
    m_idle.Append(agent);
}

void
JoinIdleQueuePolicy::OnRemoved(AgentIndex agent)
{
    m_idle.Erase(agent);
}

namespace policies
{

PolicyRow
JoinIdleQueueRow()
{
    return {"join-idle-queue",
            'F',
            "the agent that has announced longest ago that it is idle, else a random one",
            "none",
            Ageing::CUT_OFF,
            {},
            MakePlain<JoinIdleQueuePolicy>};
}

} // namespace policies

} // namespace sonda

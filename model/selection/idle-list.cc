#include "model/selection/idle-list.h"

#include "model/selection/candidates.h"

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

JoinBelowThresholdPolicy::JoinBelowThresholdPolicy(std::uint32_t threshold, AgeRule rule)
    : m_threshold(threshold),
      m_view(rule)
{
}

std::optional<AgentIndex>
JoinBelowThresholdPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    std::optional<AgentIndex> drawn;
    while (m_below.Size() > 0)
    {
        const AgentIndex agent = m_below.At(random.Below(m_below.Size()));
        if (Contains(m_view.Candidates(), agent))
        {
            drawn = agent;
            break;
        }
        m_below.Erase(agent);
        if (table.Get(agent).heldBack)
        {
            m_heldBack.push_back(agent);
        }
    }
    for (const AgentIndex agent : m_heldBack)
    {
        m_below.Insert(agent);
    }
    m_heldBack.clear();
    if (drawn)
    {
        return drawn;
    }
    return AnyOf(m_view.Candidates(), random);
}

void
JoinBelowThresholdPolicy::OnDispatch(const StatusTable& table, AgentIndex agent, Instant)
{
    if (LikelyInFlight(table.Get(agent)) >= m_threshold)
    {
        m_below.Erase(agent);
    }
}

void
JoinBelowThresholdPolicy::OnNotice(const StatusTable&, AgentIndex agent, Instant)
{
    m_below.Insert(agent);
}

void
JoinBelowThresholdPolicy::OnRemoved(AgentIndex agent)
{
    m_below.Erase(agent);
}

} // namespace sonda

#include "model/selection/policies/join-below-threshold.h"

#include "model/selection/candidates.h"
#include "model/selection/policy-row.h"

namespace sonda
{

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

namespace policies
{

PolicyRow
JoinBelowThresholdRow()
{
    return {
        "join-below-threshold",
        'F',
        "one of those who announced fewer than k connections, else a random one",
        "none",
        Ageing::CUT_OFF,
        {{"k", "the number of connections below which agents shall tell", 1, MAX_BELOW, 2, true}},
        MakeWith<JoinBelowThresholdPolicy, std::uint32_t>};
}

} // namespace policies

} // namespace sonda

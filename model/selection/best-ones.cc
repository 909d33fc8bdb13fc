#include "model/selection/best-ones.h"

#include "model/selection/candidates.h"

namespace sonda
{

BestOnes::BestOnes(AgeRule rule)
    : m_view(rule)
{
}

std::optional<AgentIndex>
BestOnes::Pick(const StatusTable& table, Instant now, RandomStream* random)
{
    m_view.Look(table, now);
    if (m_view.Candidates().empty())
    {
        return std::nullopt;
    }
    const auto& best = Find(table);
    return random == nullptr ? best.front() : OneOfEquals(best, *random);
}

const std::vector<AgentIndex>&
BestOnes::Find(const StatusTable& table)
{
    if (m_view.IsIndexed())
    {
        return table.BestIndexed();
    }
    if (!m_view.IsSteady() || m_epoch != m_view.Epoch())
    {
        m_epoch = m_view.Epoch();
        m_champion.Restart();
        for (const auto agent : m_view.Candidates())
        {
            m_champion.Offer(agent, m_view.Rank(agent));
        }
    }
    return m_champion.Equals();
}

AgentIndex
BestOnes::OneOfEquals(const std::vector<AgentIndex>& equals, RandomStream& random)
{
    m_weights.Look(m_view);
    if (equals.size() == 1 || m_weights.AreEqual())
    {
        return OneOf(equals, random);
    }
    m_lottery.Clear();
    for (const AgentIndex agent : equals)
    {
        m_lottery.Add(m_view.Table().Get(agent).report.weight);
    }
    return equals[m_lottery.Draw(random)];
}

} // namespace sonda

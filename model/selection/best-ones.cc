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
    if (m_view.IsIndexed())
    {
        const auto& best = table.BestIndexed();
        return random == nullptr ? best.front() : OneOf(best, *random);
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
    return random == nullptr ? m_champion.First() : m_champion.Draw(*random);
}

} // namespace sonda

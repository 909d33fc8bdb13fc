#include "model/selection/best.h"

#include <algorithm>

namespace sonda
{

namespace
{

AgentIndex
OneOf(const std::vector<AgentIndex>& agents, RandomStream& random)
{
    return agents.size() == 1 ? agents.front() : agents[random.Below(agents.size())];
}

} // namespace

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

HeadPolicy::HeadPolicy(AgeRule rule)
    : m_best(rule)
{
}

std::optional<AgentIndex>
HeadPolicy::Pick(const StatusTable& table, Instant now, RandomStream&)
{
    return m_best.Pick(table, now, nullptr);
}

BestPolicy::BestPolicy(AgeRule rule)
    : m_best(rule)
{
}

std::optional<AgentIndex>
BestPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    return m_best.Pick(table, now, &random);
}

TopPolicy::TopPolicy(std::size_t count, AgeRule rule)
    : m_count(count),
      m_view(rule)
{
}

std::optional<AgentIndex>
TopPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    const auto& candidates = m_view.Candidates();
    if (candidates.size() <= m_count)
    {
        return candidates.empty() ? std::nullopt : std::make_optional(OneOf(candidates, random));
    }
    if (!m_view.IsSteady() || m_epoch != m_view.Epoch())
    {
        m_epoch = m_view.Epoch();
        Sort();
    }
    // The tied ones have the places that the better ones leave, each with the same probability.
    const std::size_t place = random.Below(m_count);
    return place < m_better.size() ? m_better[place] : OneOf(m_tied, random);
}

void
TopPolicy::Sort()
{
    const auto& candidates = m_view.Candidates();
    m_ranks.clear();
    for (const auto agent : candidates)
    {
        m_ranks.push_back(m_view.Rank(agent));
    }
    m_better.clear();
    m_tied.clear();
    // Ranks are asked for twice, because finding the k-th shuffles them.
    const auto last = m_ranks.begin() + static_cast<std::ptrdiff_t>(m_count) - 1;
    std::nth_element(m_ranks.begin(), last, m_ranks.end());
    for (const auto agent : candidates)
    {
        const double rank = m_view.Rank(agent);
        if (rank <= *last)
        {
            (rank < *last ? m_better : m_tied).push_back(agent);
        }
    }
}

ThresholdPolicy::ThresholdPolicy(double limit, AgeRule rule)
    : m_limit(limit),
      m_view(rule)
{
}

std::optional<AgentIndex>
ThresholdPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    const auto& candidates = m_view.Candidates();
    if (candidates.empty())
    {
        return std::nullopt;
    }
    if (!m_view.IsSteady() || m_epoch != m_view.Epoch())
    {
        m_epoch = m_view.Epoch();
        m_good.clear();
        const double limit = table.GetFormula().Rank(m_limit);
        std::copy_if(candidates.begin(),
                     candidates.end(),
                     std::back_inserter(m_good),
                     [&](AgentIndex agent) { return m_view.Rank(agent) <= limit; });
    }
    return OneOf(m_good.empty() ? candidates : m_good, random);
}

} // namespace sonda

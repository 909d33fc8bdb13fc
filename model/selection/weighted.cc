#include "model/selection/weighted.h"

#include <algorithm>
#include <cmath>

namespace sonda
{

namespace
{

/** So many draws in vain mean that nearly all are over the bound; looking at all costs less. */
constexpr int MOST_DRAWS = 16;

} // namespace

WeightedPolicy::WeightedPolicy(AgeRule rule)
    : m_view(rule)
{
}

std::optional<AgentIndex>
WeightedPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    if (m_view.Candidates().empty())
    {
        return std::nullopt;
    }
    m_weights.Look(m_view);
    return m_view.Candidates()[m_weights.GetLottery().Draw(random)];
}

BoundedLoadPolicy::BoundedLoadPolicy(double factor, AgeRule rule)
    : m_factor(factor),
      m_view(rule)
{
}

std::optional<AgentIndex>
BoundedLoadPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    if (m_view.Candidates().empty())
    {
        return std::nullopt;
    }
    m_weights.Look(m_view);
    // Connections at agents that are no candidates count too: they only make the bound looser.
    const double share = m_factor * (1 + static_cast<double>(table.TotalInFlight())) /
                         m_weights.GetLottery().Total();
    for (int i = 0; i < MOST_DRAWS; ++i)
    {
        const std::size_t place = m_weights.GetLottery().Draw(random);
        if (IsFree(place, share))
        {
            return m_view.Candidates()[place];
        }
    }
    return PickAmongFree(share, random);
}

bool
BoundedLoadPolicy::IsFree(std::size_t place, double share) const
{
    const auto& status = m_view.Table().Get(m_view.Candidates()[place]);
    return status.inFlight <= share * m_weights.Get()[place];
}

AgentIndex
BoundedLoadPolicy::PickAmongFree(double share, RandomStream& random)
{
    // Drawing until one is free is the same as drawing from the free ones.
    m_free.Clear();
    for (std::size_t place = 0; place < m_weights.Get().size(); ++place)
    {
        m_free.Add(IsFree(place, share) ? m_weights.Get()[place] : 0);
    }
    // Not one is free only if rounding says so; then all are within rounding of the bound.
    const Lottery& lottery = m_free.Total() > 0 ? m_free : m_weights.GetLottery();
    return m_view.Candidates()[lottery.Draw(random)];
}

SoftmaxPolicy::SoftmaxPolicy(double temperature, AgeRule rule)
    : m_temperature(temperature),
      m_view(rule)
{
}

std::optional<AgentIndex>
SoftmaxPolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    if (m_view.Candidates().empty())
    {
        return std::nullopt;
    }
    if (!m_view.IsSteady() || m_epoch != m_view.Epoch())
    {
        m_epoch = m_view.Epoch();
        Prepare();
    }
    return m_view.Candidates()[m_lottery.Draw(random)];
}

void
SoftmaxPolicy::Prepare()
{
    m_ranks.clear();
    for (const auto agent : m_view.Candidates())
    {
        m_ranks.push_back(m_view.Rank(agent));
    }
    const double best = *std::min_element(m_ranks.begin(), m_ranks.end());
    m_lottery.Clear();
    for (const double rank : m_ranks)
    {
        // The best one's exponent is 0, so nothing overflows; equals of an infinite one are equals.
        m_lottery.Add(rank == best ? 1 : std::exp((best - rank) / m_temperature));
    }
}

} // namespace sonda

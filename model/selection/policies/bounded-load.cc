#include "model/selection/policy-row.h"
#include "model/selection/weights.h"

namespace sonda
{

namespace
{

/** So many draws in vain mean that nearly all are over the bound; looking at all costs less. */
constexpr int MOST_DRAWS = 16;

/**
 * As `weighted`, but skips agents with more than f times their share of the connections in flight:
 * x > f w (1 + sum x) / sum w, where x is without and sum x with the new one, as in dnsdist's
 * wrandom (after Mirrokni, Thorup and Zadimoghaddam, SODA 2018, where the new one counts in x, too:
 * here who is exactly at its share gets one more). As f is at least 1 somebody is always below.
 * Cost of a pick: O(log n) with a static formula, O(n) with a dynamic one or when most draws are
 * skipped.
 */
class BoundedLoadPolicy : public Policy
{
  public:
    /** \param factor f, at least 1 */
    BoundedLoadPolicy(double factor, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    AgentIndex PickAmongFree(double share, RandomStream& random);
    bool IsFree(std::size_t place, double share) const;

    double m_factor;
    View m_view;
    Weights m_weights;
    Lottery m_free;
};

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

} // namespace

namespace policies
{

PolicyRow
BoundedLoadRow()
{
    return {"bounded-load",
            'E',
            "weighted, but for agents with more than f times their share of connections",
            "weight",
            Ageing::ALL,
            {{"f", "the bound", 1, 1e6, 1.25}},
            MakeWith<BoundedLoadPolicy>};
}

} // namespace policies

} // namespace sonda

#include "model/selection/distinct-draws.h"
#include "model/selection/operator-weights.h"
#include "model/selection/policy-row.h"
#include "model/selection/view.h"

#include <algorithm>

namespace sonda
{

namespace
{

/** So many draws in vain mean that the heavy ones are drawn already; looking at all costs less. */
constexpr int MOST_DRAWS = 16;

/**
 * The best of d distinct candidates drawn at random; among equals the one drawn first, which is a
 * random one (power of d choices: Mitzenmacher, IEEE TPDS 12(10), 2001; drawn without replacement).
 * Where the operator's weights differ each draw is by weight among those not yet drawn, so that a
 * candidate is looked at as often as it should serve. With d or fewer candidates all are looked at.
 * Cost of a pick: O(d), by weight O(d log n) and O(n) once a report.
 */
class SamplePolicy : public Policy
{
  public:
    /** Beyond this, `best` looks at all for less. */
    static constexpr std::size_t MAX_CHOICES = DistinctDraws::MOST;

    /** \param choices d, 1 to MAX_CHOICES */
    SamplePolicy(std::size_t choices, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    AgentIndex BestOf(std::size_t choices, DistinctDraws& draws, RandomStream& random) const;
    AgentIndex BestByWeight(std::size_t choices, RandomStream& random);
    std::size_t DrawByWeight(RandomStream& random);

    std::size_t m_choices;
    View m_view;
    OperatorWeights m_weights;
    std::vector<std::size_t> m_drawn; //!< places, within a pick; kept for its memory
    Lottery m_rest;                   //!< of those that are not drawn; the same
};

SamplePolicy::SamplePolicy(std::size_t choices, AgeRule rule)
    : m_choices(choices),
      m_view(rule)
{
}

std::optional<AgentIndex>
SamplePolicy::Pick(const StatusTable& table, Instant now, RandomStream& random)
{
    m_view.Look(table, now);
    const auto& candidates = m_view.Candidates();
    if (candidates.empty())
    {
        return std::nullopt;
    }
    const std::size_t choices = std::min(m_choices, candidates.size());
    m_weights.Look(m_view);
    if (!m_weights.AreEqual())
    {
        return BestByWeight(choices, random);
    }
    DistinctDraws draws(candidates.size());
    return BestOf(choices, draws, random);
}

AgentIndex
SamplePolicy::BestOf(std::size_t choices, DistinctDraws& draws, RandomStream& random) const
{
    const auto& candidates = m_view.Candidates();
    AgentIndex best = candidates[draws.Next(random)];
    if (choices == 1)
    {
        return best;
    }
    double bestRank = m_view.Rank(best);
    for (std::size_t i = 1; i < choices; ++i)
    {
        const AgentIndex other = candidates[draws.Next(random)];
        const double rank = m_view.Rank(other);
        if (rank < bestRank)
        {
            best = other;
            bestRank = rank;
        }
    }
    return best;
}

AgentIndex
SamplePolicy::BestByWeight(std::size_t choices, RandomStream& random)
{
    const auto& candidates = m_view.Candidates();
    m_drawn.clear();
    AgentIndex best{};
    double bestRank = 0;
    for (std::size_t i = 0; i < choices; ++i)
    {
        m_drawn.push_back(DrawByWeight(random));
        const AgentIndex other = candidates[m_drawn.back()];
        const double rank = choices == 1 ? 0 : m_view.Rank(other);
        if (i == 0 || rank < bestRank)
        {
            best = other;
            bestRank = rank;
        }
    }
    return best;
}

std::size_t
SamplePolicy::DrawByWeight(RandomStream& random)
{
    const auto isDrawn = [this](std::size_t place)
    { return std::find(m_drawn.begin(), m_drawn.end(), place) != m_drawn.end(); };
    for (int i = 0; i < MOST_DRAWS; ++i)
    {
        const std::size_t place = m_weights.GetLottery().Draw(random);
        if (!isDrawn(place))
        {
            return place;
        }
    }
    // Drawing until it is another one is the same as drawing from the others.
    m_rest.Clear();
    for (std::size_t place = 0; place < m_weights.Get().size(); ++place)
    {
        m_rest.Add(isDrawn(place) ? 0 : m_weights.Get()[place]);
    }
    return m_rest.Draw(random);
}

} // namespace

namespace policies
{

PolicyRow
SampleRow()
{
    return {"sample",
            'C',
            "the best of d candidates drawn at random",
            "connections",
            Ageing::ALL,
            {{"d", "the number of candidates to draw", 1, SamplePolicy::MAX_CHOICES, 2, true}},
            MakeWith<SamplePolicy, std::size_t>};
}

} // namespace policies

} // namespace sonda

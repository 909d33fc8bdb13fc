#include "model/selection/policy-row.h"
#include "model/selection/weights.h"

#include <algorithm>
#include <cmath>

namespace sonda
{

namespace
{

/**
 * A sharper or softer weighting: probability in proportion to exp(-rank / T), where rank is the
 * score, or minus the score where the highest is best (Boltzmann exploration; Sutton and Barto,
 * Reinforcement Learning, section 2.3 of the first edition). T to 0 is `best`, T to infinity is
 * `random`. An agent without a score is picked only when none has one. Cost of a pick: O(log n)
 * with a static formula, O(n) with a dynamic one.
 */
class SoftmaxPolicy : public Policy
{
  public:
    /** \param temperature T, in the unit of the score, above 0 */
    SoftmaxPolicy(double temperature, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    void Prepare();

    double m_temperature;
    View m_view;
    std::uint64_t m_epoch{0};
    std::vector<double> m_ranks;
    Lottery m_lottery;
};

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

} // namespace

namespace policies
{

PolicyRow
SoftmaxRow()
{
    return {"softmax",
            'C',
            "at random in proportion to exp(score / T)",
            "connections",
            Ageing::ALL,
            {{"T", "the temperature in the unit of the score", 1e-300, 1e300, 0.5}},
            MakeWith<SoftmaxPolicy>};
}

} // namespace policies

} // namespace sonda

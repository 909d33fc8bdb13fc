#ifndef SONDA_MODEL_SELECTION_WEIGHTED_H
#define SONDA_MODEL_SELECTION_WEIGHTED_H

#include "model/selection/policy.h"
#include "model/selection/weights.h"

namespace sonda
{

/**
 * Every candidate with probability weight / sum of weights (Weights). Cost of a pick: O(log n) with
 * a static formula, O(n) with a dynamic one.
 */
class WeightedPolicy : public Policy
{
  public:
    explicit WeightedPolicy(AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    View m_view;
    Weights m_weights;
};

/**
 * As WeightedPolicy, but skips agents with more than f times their share of the connections in
 * flight: x > f w (1 + sum x) / sum w (Mirrokni, Thorup and Zadimoghaddam, SODA 2018; dnsdist's
 * wrandom). As f is at least 1 somebody is always below. Cost of a pick: as there; O(n) when most
 * draws are skipped.
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

} // namespace sonda

#endif

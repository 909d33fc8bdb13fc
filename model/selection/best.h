#ifndef SONDA_MODEL_SELECTION_BEST_H
#define SONDA_MODEL_SELECTION_BEST_H

#include "model/selection/champion.h"
#include "model/selection/policy.h"
#include "model/selection/view.h"

namespace sonda
{

/** The candidates with the best score; what HeadPolicy and BestPolicy share. */
class BestOnes
{
  public:
    explicit BestOnes(AgeRule rule);

    /** \param random which one of equals; none: the first */
    std::optional<AgentIndex> Pick(const StatusTable& table, Instant now, RandomStream* random);

  private:
    View m_view;
    std::uint64_t m_epoch{0};
    Champion m_champion; //!< where the table's index does not serve
};

/**
 * Always the agent with the best score; of equals, the one with the lowest index (agents are
 * numbered as they become known, and a number is given again after its agent was removed). The
 * student report's rule: between two reports every connection goes to the same agent.
 * Cost of a pick: O(1) for static formulas, O(n) otherwise; with a cut-off O(1) but for O(n) once a
 * report.
 */
class HeadPolicy : public Policy
{
  public:
    explicit HeadPolicy(AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    BestOnes m_best;
};

/** As HeadPolicy, but among equals one at random. Cost as there. */
class BestPolicy : public Policy
{
  public:
    explicit BestPolicy(AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    BestOnes m_best;
};

/**
 * One of the k best, each with the same probability; those who tie for the last places share them.
 * Cost of a pick: O(1) with a static formula but for O(n) once a report, O(n) with a dynamic one.
 */
class TopPolicy : public Policy
{
  public:
    /** \param count k, at least 1 */
    TopPolicy(std::size_t count, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    void Sort();

    std::size_t m_count;
    View m_view;
    std::uint64_t m_epoch{0};
    std::vector<double> m_ranks;
    std::vector<AgentIndex> m_better; //!< than the k-th
    std::vector<AgentIndex> m_tied;   //!< as good as the k-th
};

/**
 * Every candidate whose score is good enough with the same probability: at least the limit where
 * the highest is best, at most the limit where the lowest is. When none is, every candidate. Cost
 * of a pick: as TopPolicy.
 */
class ThresholdPolicy : public Policy
{
  public:
    ThresholdPolicy(double limit, AgeRule rule);

    std::optional<AgentIndex> Pick(const StatusTable& table,
                                   Instant now,
                                   RandomStream& random) override;

  private:
    double m_limit;
    View m_view;
    std::uint64_t m_epoch{0};
    std::vector<AgentIndex> m_good;
};

} // namespace sonda

#endif

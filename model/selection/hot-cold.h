#ifndef SONDA_MODEL_SELECTION_HOT_COLD_H
#define SONDA_MODEL_SELECTION_HOT_COLD_H

#include "model/base/random-stream.h"
#include "model/scoring/formula.h"
#include "model/selection/champion.h"
#include "model/table/agent-status.h"

#include <cstddef>
#include <vector>

namespace sonda
{

/** What Prequal knows of one replica. */
struct Probed
{
    double inFlight; //!< requests in flight there
    double latency;  //!< less is better; not NaN
};

/**
 * \return the figures of an agent whose latency is \p score: in flight as LikelyInFlight(); a
 * latency that is not known counts as 0. Were it the worst, an agent that has completed nothing yet
 *         would get nothing to complete.
 */
Probed ProbedOf(const AgentStatus& status, double score, const Formula& formula);

/** A rule that says which of the probed replicas is the best, and which is the worst. */
class ProbedRule
{
  public:
    virtual ~ProbedRule() = default;

    /**
     * \param probed at least one
     * \param random for ties
     * \return the place of the best
     */
    virtual std::size_t Best(const std::vector<Probed>& probed, RandomStream& random) = 0;

    /** \return the place of the worst; of equals the first. */
    virtual std::size_t Worst(const std::vector<Probed>& probed) = 0;
};

/**
 * Prequal's rule, hot-cold lexicographic (Wydrowski et al., NSDI 2024, section 4): a replica is hot
 * when its requests in flight are above a quantile of all; of the cold ones the least latency is
 * the best. The worst is the hottest of the hot; without a hot one, the longest latency. O(n),
 * without memory per call.
 */
class HotColdRule : public ProbedRule
{
  public:
    /** \param quantile 0 (the requests in flight decide) to 1 (only the latency does) */
    explicit HotColdRule(double quantile);

    std::size_t Best(const std::vector<Probed>& probed, RandomStream& random) override;
    std::size_t Worst(const std::vector<Probed>& probed) override;

  private:
    double Limit(const std::vector<Probed>& probed);

    double m_quantile;
    std::vector<double> m_inFlight;
    Champion m_best; //!< of places
};

/**
 * The linear rule that the Prequal paper compares with (section 5.2): the least of
 * (1 - lambda) latency + lambda alpha inFlight.
 */
class LinearRule : public ProbedRule
{
  public:
    /** \param lambda 0 to 1 \param alpha worth of a request in flight, in the unit of latency */
    LinearRule(double lambda, double alpha);

    std::size_t Best(const std::vector<Probed>& probed, RandomStream& random) override;
    std::size_t Worst(const std::vector<Probed>& probed) override;

  private:
    double Cost(const Probed& probed) const;

    double m_lambda;
    double m_alpha;
    Champion m_best; //!< of places
};

} // namespace sonda

#endif

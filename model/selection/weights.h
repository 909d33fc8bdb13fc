#ifndef SONDA_MODEL_SELECTION_WEIGHTS_H
#define SONDA_MODEL_SELECTION_WEIGHTS_H

#include "model/base/random-stream.h"
#include "model/selection/view.h"

#include <optional>
#include <vector>

namespace sonda
{

/**
 * \return the weight that a score stands for: the score itself where the highest is best, 1 / score
 *         where the lowest is; nothing when that is not a positive finite number
 */
std::optional<double> WeightOf(double score, Sense sense);

/** Drawing of places with given weights: O(n) to prepare, O(log n) to draw. */
class Lottery
{
  public:
    void
    Clear()
    {
        m_upTo.clear();
    }

    /** Adds the next place. \param weight at least 0, finite */
    void
    Add(double weight)
    {
        m_upTo.push_back(Total() + weight);
    }

    double
    Total() const
    {
        return m_upTo.empty() ? 0 : m_upTo.back();
    }

    /** \return a place, each with probability weight / Total(); the total must not be 0. */
    std::size_t Draw(RandomStream& random) const;

  private:
    std::vector<double> m_upTo; //!< sums of the weights up to each place
};

/**
 * The candidates' weights by their scores. An agent whose score is no weight (not known, negative,
 * infinite, or 0: an idle one under `min: inflight`) counts as the average of the others, as gRPC
 * has it (gRFC A58); when nobody has one all count alike.
 */
class Weights
{
  public:
    /** Brings the weights up to date with a view: O(n), or O(1) where nothing changed. */
    void Look(const View& view);

    /** \return one positive weight for each of the view's candidates, in their order. */
    const std::vector<double>&
    Get() const
    {
        return m_weights;
    }

    /** \return the same, ready to be drawn from. */
    const Lottery&
    GetLottery() const
    {
        return m_lottery;
    }

  private:
    std::vector<double> m_weights;
    Lottery m_lottery;
    std::uint64_t m_epoch{0};
};

/** \return the average weight of those candidates that have one; 1 when none has: O(n). */
double AverageWeight(const View& view);

} // namespace sonda

#endif

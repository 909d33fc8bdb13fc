#ifndef SONDA_MODEL_SELECTION_OPERATOR_WEIGHTS_H
#define SONDA_MODEL_SELECTION_OPERATOR_WEIGHTS_H

#include "model/selection/view.h"
#include "model/selection/weights.h"

#include <cstdint>
#include <vector>

namespace sonda
{

/**
 * The candidates' weights as the operator set them, whatever the formula is: for policies that draw
 * by weight and compare by score. (Weights are weights made of scores.)
 */
class OperatorWeights
{
  public:
    /** Brings them up to date with a view: O(1), or O(n) where its epoch has changed. */
    void Look(const View& view);

    /** \return one weight for each of the view's candidates, in their order. */
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

    /** \return whether all are alike, so that there is nothing to heed. */
    bool
    AreEqual() const
    {
        return m_areEqual;
    }

  private:
    std::uint64_t m_epoch{0};
    std::vector<double> m_weights;
    Lottery m_lottery;
    bool m_areEqual{true};
};

} // namespace sonda

#endif

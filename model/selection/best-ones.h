#ifndef SONDA_MODEL_SELECTION_BEST_ONES_H
#define SONDA_MODEL_SELECTION_BEST_ONES_H

#include "model/selection/champion.h"
#include "model/selection/operator-weights.h"
#include "model/selection/view.h"

#include <optional>

namespace sonda
{

/**
 * The candidates with the best score; what `head` and `best` share. Of equals a random one, each
 * with the same probability, or, where the operator's weights differ, in proportion to these.
 */
class BestOnes
{
  public:
    explicit BestOnes(AgeRule rule);

    /** \param random which one of equals; none: the first */
    std::optional<AgentIndex> Pick(const StatusTable& table, Instant now, RandomStream* random);

  private:
    /** Brings the best up to date. \return them, in the order of their indexes */
    const std::vector<AgentIndex>& Find(const StatusTable& table);
    AgentIndex OneOfEquals(const std::vector<AgentIndex>& equals, RandomStream& random);

    View m_view;
    std::uint64_t m_epoch{0};
    Champion m_champion; //!< where the table's index does not serve
    OperatorWeights m_weights;
    Lottery m_lottery; //!< of equals with unequal weights, within a pick; kept for its memory
};

} // namespace sonda

#endif

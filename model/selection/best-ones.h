#ifndef SONDA_MODEL_SELECTION_BEST_ONES_H
#define SONDA_MODEL_SELECTION_BEST_ONES_H

#include "model/selection/champion.h"
#include "model/selection/view.h"

#include <optional>

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

} // namespace sonda

#endif

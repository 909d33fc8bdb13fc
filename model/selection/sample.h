#ifndef SONDA_MODEL_SELECTION_SAMPLE_H
#define SONDA_MODEL_SELECTION_SAMPLE_H

#include "model/selection/distinct-draws.h"
#include "model/selection/policy.h"
#include "model/selection/view.h"

namespace sonda
{

/**
 * The best of d distinct candidates drawn at random; among equals the one drawn first, which is a
 * random one (power of d choices: Mitzenmacher, IEEE TPDS 12(10), 2001; drawn without replacement).
 * With d or fewer candidates all are looked at. Cost of a pick: O(d).
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
    std::size_t m_choices;
    View m_view;
};

} // namespace sonda

#endif

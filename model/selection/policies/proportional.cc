#include "model/selection/policies/weighted.h"
#include "model/selection/policy-row.h"

namespace sonda
{

namespace policies
{

PolicyRow
ProportionalRow()
{
    return {"proportional",
            'C',
            "weighted by another name: the formula's score is the weight",
            "headroom",
            Ageing::ALL,
            {},
            MakePlain<WeightedPolicy>};
}

} // namespace policies

} // namespace sonda

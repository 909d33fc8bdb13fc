#include "model/selection/fresh.h"
#include "model/selection/policy-row.h"

namespace sonda
{

namespace
{

std::unique_ptr<Policy>
Make(const PolicyParts& parts)
{
    return std::make_unique<FreshPolicy>(*parts.oracle, &Oracle::Present);
}

} // namespace

namespace policies
{

PolicyRow
FreshShortestQueueRow()
{
    return {"fresh-shortest-queue",
            'G',
            "bound: the truly fewest requests (only in simulation)",
            "none",
            Ageing::NONE,
            {},
            Make,
            true};
}

} // namespace policies

} // namespace sonda

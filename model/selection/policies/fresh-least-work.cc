#include "model/selection/fresh.h"
#include "model/selection/policy-row.h"

namespace sonda
{

namespace
{

std::unique_ptr<Policy>
Make(const PolicyParts& parts)
{
    return std::make_unique<FreshPolicy>(*parts.oracle, &Oracle::WorkLeft);
}

} // namespace

namespace policies
{

PolicyRow
FreshLeastWorkRow()
{
    return {"fresh-least-work",
            'G',
            "bound: the truly least work left (only in simulation)",
            "none",
            Ageing::NONE,
            {},
            Make,
            true};
}

} // namespace policies

} // namespace sonda

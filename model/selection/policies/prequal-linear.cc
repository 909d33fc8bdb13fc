#include "model/selection/policy-row.h"
#include "model/selection/probe-pool.h"

namespace sonda
{

namespace
{

std::unique_ptr<Policy>
Make(const PolicyParts& parts)
{
    auto rule = std::make_unique<LinearRule>(parts.numbers[0], parts.numbers[1] * 1e-3);
    return std::make_unique<ProbePoolPolicy>(std::move(rule), 3, parts.rule);
}

} // namespace

namespace policies
{

PolicyRow
PrequalLinearRow()
{
    return {"prequal-linear",
            'F',
            "the same pool by a sum of latency and requests in flight, 75 ms (or so much) each",
            "expected-latency",
            Ageing::CUT_OFF,
            {{"lambda", "the share of the requests in flight in the sum", 0, 1, 0.5},
             {"alpha_ms", "the worth of one in ms", 1e-6, 1e9, 75, false, 75}},
            Make};
}

} // namespace policies

} // namespace sonda

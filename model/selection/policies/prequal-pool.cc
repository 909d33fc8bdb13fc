#include "model/selection/policy-row.h"
#include "model/selection/probe-pool.h"

namespace sonda
{

namespace
{

std::unique_ptr<Policy>
Make(const PolicyParts& parts)
{
    return std::make_unique<ProbePoolPolicy>(std::make_unique<HotColdRule>(parts.numbers[0]),
                                             parts.numbers[1],
                                             parts.rule);
}

} // namespace

namespace policies
{

PolicyRow
PrequalPoolRow()
{
    return {
        "prequal-pool",
        'F',
        "Prequal: hot and cold over a pool of own probes, 3 (or so many) for a dispatch",
        "expected-latency",
        Ageing::CUT_OFF,
        {{"q", "the quantile above which an agent is hot", 0, 1, 0.84},
         {"probes", "the probes for a dispatch", 0.01, ProbePoolPolicy::MOST_ANSWERS, 3, false, 3}},
        Make};
}

} // namespace policies

} // namespace sonda

#include "model/selection/c3.h"
#include "model/selection/hot-cold.h"
#include "model/selection/load-interpretation.h"
#include "model/selection/policy-rows.h"
#include "model/selection/probe-pool.h"

namespace sonda
{

namespace
{

std::unique_ptr<Policy>
MakePool(const PolicyParts& parts)
{
    return std::make_unique<ProbePoolPolicy>(std::make_unique<HotColdRule>(parts.numbers[0]),
                                             parts.numbers[1],
                                             parts.rule);
}

std::unique_ptr<Policy>
MakeLinearPool(const PolicyParts& parts)
{
    auto rule = std::make_unique<LinearRule>(parts.numbers[0], parts.numbers[1] * 1e-3);
    return std::make_unique<ProbePoolPolicy>(std::move(rule), 3, parts.rule);
}

/** A number of proxies: 1 where it is left out. */
const ParameterRange PROXIES{1, 1e6, true, 1};

const char* const NEEDS_PROXIES = "may have the number of proxies that share the agents, a whole "
                                  "number from 1 to 1000000";

} // namespace

std::vector<PolicyRow>
InterpretingPolicyRows()
{
    using A = Ageing;
    return {
        {{"basic-li",
          "[:proxies]",
          "basic-li",
          "old queue lengths, filled up by the requests of "
          "an interval",
          "reported",
          A::ALL,
          false},
         {PROXIES},
         NEEDS_PROXIES,
         MakeWith<BasicLiPolicy>},
        {{"aged-li",
          "[:proxies]",
          "aged-li",
          "old queue lengths, filled up by the requests since each report",
          "reported",
          A::ALL,
          false},
         {PROXIES},
         NEEDS_PROXIES,
         MakeWith<AgedLiPolicy>},
        {{"aggressive-li",
          "[:proxies]",
          "aggressive-li",
          "the least of the old queue lengths first, more as requests come",
          "reported",
          A::ALL,
          false},
         {PROXIES},
         NEEDS_PROXIES,
         MakeWith<AggressiveLiPolicy>},
    };
}

std::vector<PolicyRow>
CombinedPolicyRows()
{
    using A = Ageing;
    return {
        {{"c3",
          "[:proxies]",
          "c3",
          "C3: response time, service time and cubed queue",
          "none",
          A::CUT_OFF,
          false},
         {PROXIES},
         NEEDS_PROXIES,
         MakeWith<C3Policy>},
        {{"c3-rate",
          "[:proxies]",
          "c3-rate",
          "C3 with its rate control",
          "none",
          A::CUT_OFF,
          false},
         {PROXIES},
         NEEDS_PROXIES,
         MakeWith<RateLimitedC3Policy>},
        {{"prequal",
          ":q",
          "prequal:0.84",
          "Prequal's hot and cold over all last reports",
          "expected-latency",
          A::ALL,
          false},
         {{0, 1}},
         "needs the quantile above which an agent is hot, 0 to 1, as in 'prequal:0.84'",
         MakeWith<HotColdPolicy>},
        {{"prequal-pool",
          ":q[:probes]",
          "prequal-pool:0.84",
          "Prequal: hot and cold over a pool of own probes, 3 (or so many) for a dispatch",
          "expected-latency",
          A::CUT_OFF,
          false},
         {{0, 1}, {0.01, ProbePoolPolicy::MOST_ANSWERS, false, 3}},
         "needs the quantile above which an agent is hot, 0 to 1, and may have the probes for a "
         "dispatch, 0.01 to 16, as in 'prequal-pool:0.84:3'",
         MakePool},
        {{"prequal-linear",
          ":lambda[:alpha_ms]",
          "prequal-linear:0.5",
          "the same pool by a sum of latency and requests in flight, 75 ms (or so much) each",
          "expected-latency",
          A::CUT_OFF,
          false},
         {{0, 1}, {1e-6, 1e9, false, 75}},
         "needs the share of the requests in flight in the sum, 0 to 1, and may have the worth of "
         "one in ms, 0.000001 to 1000000000, as in 'prequal-linear:0.5:75'",
         MakeLinearPool},
    };
}

} // namespace sonda

#include "model/selection/policy-table.h"

#include "model/selection/best.h"
#include "model/selection/bounds.h"
#include "model/selection/c3.h"
#include "model/selection/dictionary.h"
#include "model/selection/hot-cold.h"
#include "model/selection/idle-list.h"
#include "model/selection/load-interpretation.h"
#include "model/selection/probe-pool.h"
#include "model/selection/sample.h"
#include "model/selection/turns.h"
#include "model/selection/unscored.h"
#include "model/selection/weighted.h"

namespace sonda
{

namespace
{

using Made = std::unique_ptr<Policy>;

/** Without parameters. */
template <typename T>
Made
Make(const PolicyParts& parts)
{
    return std::make_unique<T>(parts.rule);
}

/** With one number. */
template <typename T, typename Number = double>
Made
MakeWith(const PolicyParts& parts)
{
    return std::make_unique<T>(static_cast<Number>(parts.numbers[0]), parts.rule);
}

template <FreshPolicy::Figure figure>
Made
MakeFresh(const PolicyParts& parts)
{
    return std::make_unique<FreshPolicy>(*parts.oracle, figure);
}

Made
MakeCentralQueue(const PolicyParts& parts)
{
    return std::make_unique<CentralQueuePolicy>(*parts.oracle);
}

Made
MakeDictionary(const PolicyParts&)
{
    return std::make_unique<DictionaryPolicy>();
}

Made
MakePool(const PolicyParts& parts)
{
    return std::make_unique<ProbePoolPolicy>(std::make_unique<HotColdRule>(parts.numbers[0]),
                                             parts.numbers[1],
                                             parts.rule);
}

Made
MakeLinearPool(const PolicyParts& parts)
{
    auto rule = std::make_unique<LinearRule>(parts.numbers[0], parts.numbers[1] * 1e-3);
    return std::make_unique<ProbePoolPolicy>(std::move(rule), 3, parts.rule);
}

/** A number of proxies: 1 where it is left out. */
const ParameterRange PROXIES{1, 1e6, true, 1};

const char* const NEEDS_PROXIES = "may have the number of proxies that share the agents, a whole "
                                  "number from 1 to 1000000";

std::vector<PolicyRow>
ByScore()
{
    using A = Ageing;
    return {
        {{"head",
          "",
          "head",
          "the best score; of equals always the same one",
          "connections",
          A::ALL,
          false},
         {},
         "",
         Make<HeadPolicy>},
        {{"dictionary",
          "",
          "dictionary",
          "the report to the letter: keyed by score, equal scores overwrite, nothing expires",
          "seed",
          A::NONE,
          false},
         {},
         "",
         MakeDictionary},
        {{"best",
          "",
          "best",
          "the best score; of equals a random one",
          "connections",
          A::ALL,
          false},
         {},
         "",
         Make<BestPolicy>},
        {{"sample",
          ":d",
          "sample:2",
          "the best of d candidates drawn at random",
          "connections",
          A::ALL,
          false},
         {{1, SamplePolicy::MAX_CHOICES, true}},
         "needs the number of candidates to draw, 1 to 64, as in 'sample:2'",
         MakeWith<SamplePolicy, std::size_t>},
        {{"top", ":k", "top:3", "one of the k best, at random", "connections", A::ALL, false},
         {{1, 1e6, true}},
         "needs the number of best ones to choose from, 1 to 1000000, as in 'top:3'",
         MakeWith<TopPolicy, std::size_t>},
        {{"threshold",
          ":score",
          "threshold:2",
          "one of those whose score is as good, at random",
          "connections",
          A::ALL,
          false},
         {{-1e300, 1e300}},
         "needs the score that is good enough, as in 'threshold:2'",
         MakeWith<ThresholdPolicy>},
        {{"softmax",
          ":T",
          "softmax:0.5",
          "at random in proportion to exp(score / T)",
          "connections",
          A::ALL,
          false},
         {{1e-300, 1e300}},
         "needs the temperature, a number above 0 in the unit of the score, as in 'softmax:0.5'",
         MakeWith<SoftmaxPolicy>},
    };
}

std::vector<PolicyRow>
ByWeight()
{
    using A = Ageing;
    return {
        {{"weighted",
          "",
          "weighted",
          "at random in proportion to the weights",
          "weight",
          A::ALL,
          false},
         {},
         "",
         Make<WeightedPolicy>},
        {{"proportional",
          "",
          "proportional",
          "the same: the formula's score is the weight",
          "headroom",
          A::ALL,
          false},
         {},
         "",
         Make<WeightedPolicy>},
        {{"smooth-weighted",
          "",
          "smooth-weighted",
          "turns in proportion to the weights, spread "
          "evenly",
          "weight",
          A::ALL,
          false},
         {},
         "",
         Make<SmoothWeightedPolicy>},
        {{"earliest-deadline",
          "",
          "earliest-deadline",
          "turns in proportion to the weights, by deadlines with a random start",
          "weight",
          A::ALL,
          false},
         {},
         "",
         Make<EarliestDeadlinePolicy>},
        {{"bounded-load",
          ":f",
          "bounded-load:1.25",
          "weighted, but for agents with more than f times their share of connections",
          "weight",
          A::ALL,
          false},
         {{1, 1e6}},
         "needs the bound, a number from 1 to 1000000, as in 'bounded-load:1.25'",
         MakeWith<BoundedLoadPolicy>},
        {{"dynamic-feedback",
          ":A",
          "dynamic-feedback:5",
          "turns by weights that follow the reported load in steps of A",
          "utilisation",
          A::CUT_OFF,
          false},
         {{1e-6, 1e6}},
         "needs the step of a weight, a number from 0.000001 to 1000000, as in "
         "'dynamic-feedback:5'",
         MakeWith<DynamicFeedbackPolicy>},
    };
}

std::vector<PolicyRow>
ByInterpretation()
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
Combined()
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

std::vector<PolicyRow>
OthersAndBounds()
{
    using A = Ageing;
    return {
        {{"random", "", "random", "every candidate alike", "none", A::CUT_OFF, false},
         {},
         "",
         Make<RandomPolicy>},
        {{"round-robin", "", "round-robin", "the candidates in turn", "none", A::CUT_OFF, false},
         {},
         "",
         Make<RoundRobinPolicy>},
        {{"join-idle-queue",
          "",
          "join-idle-queue",
          "the agent that has announced longest ago that it is idle, else a random one",
          "none",
          A::CUT_OFF,
          false},
         {},
         "",
         Make<JoinIdleQueuePolicy>},
        {{"join-below-threshold",
          ":k",
          "join-below-threshold:2",
          "one of those who announced fewer than k connections, else a random one",
          "none",
          A::CUT_OFF,
          false},
         {{1, MAX_BELOW, true}},
         "needs the number of connections below which agents shall tell, 1 to 1000000, as in "
         "'join-below-threshold:2'",
         MakeWith<JoinBelowThresholdPolicy, std::uint32_t>},
        {{"fresh-shortest-queue",
          "",
          "fresh-shortest-queue",
          "bound: the truly fewest requests (only in simulation)",
          "none",
          A::NONE,
          true},
         {},
         "",
         MakeFresh<&Oracle::Present>},
        {{"fresh-least-work",
          "",
          "fresh-least-work",
          "bound: the truly least work left (only in simulation)",
          "none",
          A::NONE,
          true},
         {},
         "",
         MakeFresh<&Oracle::WorkLeft>},
        {{"central-queue",
          "",
          "central-queue",
          "bound: requests wait until a core is free (only in simulation)",
          "none",
          A::NONE,
          true},
         {},
         "",
         MakeCentralQueue},
    };
}

} // namespace

const std::vector<PolicyRow>&
PolicyRows()
{
    static const std::vector<PolicyRow> rows = []
    {
        std::vector<PolicyRow> all;
        for (const auto& part :
             {ByScore(), ByWeight(), ByInterpretation(), Combined(), OthersAndBounds()})
        {
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }();
    return rows;
}

} // namespace sonda

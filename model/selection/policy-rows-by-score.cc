#include "model/selection/best.h"
#include "model/selection/dictionary.h"
#include "model/selection/policy-rows.h"
#include "model/selection/sample.h"
#include "model/selection/turns.h"
#include "model/selection/weighted.h"

namespace sonda
{

namespace
{

std::unique_ptr<Policy>
MakeDictionary(const PolicyParts&)
{
    return std::make_unique<DictionaryPolicy>();
}

} // namespace

std::vector<PolicyRow>
ScorePolicyRows()
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
         MakePlain<HeadPolicy>},
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
         MakePlain<BestPolicy>},
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
WeightPolicyRows()
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
         MakePlain<WeightedPolicy>},
        {{"proportional",
          "",
          "proportional",
          "the same: the formula's score is the weight",
          "headroom",
          A::ALL,
          false},
         {},
         "",
         MakePlain<WeightedPolicy>},
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
         MakePlain<SmoothWeightedPolicy>},
        {{"earliest-deadline",
          "",
          "earliest-deadline",
          "turns in proportion to the weights, by deadlines with a random start",
          "weight",
          A::ALL,
          false},
         {},
         "",
         MakePlain<EarliestDeadlinePolicy>},
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

} // namespace sonda

#ifndef SONDA_TESTS_MODEL_SUPPORT_PICKS_H
#define SONDA_TESTS_MODEL_SUPPORT_PICKS_H

#include "model/selection/policy.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/seeded-stream.h"

#include <memory>
#include <string>
#include <vector>

namespace sonda::test
{

/** An oracle that says what a test wrote down; agents it knows nothing of are empty. */
struct FixedOracle : Oracle
{
    double
    Present(AgentIndex agent) const override
    {
        return agent < present.size() ? present[agent] : 0;
    }

    double
    WorkLeft(AgentIndex agent) const override
    {
        return agent < work.size() ? work[agent] : 0;
    }

    std::vector<double> present;
    std::vector<double> work;
};

/** The policy of a text that the test knows to be good. */
inline std::unique_ptr<Policy>
Make(const std::string& text, const Oracle* oracle = nullptr)
{
    return std::move(*MakePolicy(text, oracle));
}

/** A table with one agent for each number of reported connections, all seen at time 0. */
inline StatusTable
TableOfQueues(const std::vector<std::uint32_t>& queues,
              const std::string& formula = "min: reported")
{
    StatusTable table(MakeFormula(formula), TableTiming());
    for (unsigned i = 0; i < queues.size(); ++i)
    {
        Observation observation = Observe(i);
        observation.report.inFlight = queues[i];
        table.Update(observation, At(0));
    }
    return table;
}

/** A table with one agent for each weight, all seen at time 0. */
inline StatusTable
TableOfWeights(const std::vector<double>& weights, const std::string& formula = "max: weight")
{
    StatusTable table(MakeFormula(formula), TableTiming());
    for (unsigned i = 0; i < weights.size(); ++i)
    {
        Observation observation = Observe(i);
        observation.report.weight = weights[i];
        table.Update(observation, At(0));
    }
    return table;
}

/** The next picks of a policy at time 1, as text: "a b a". */
inline std::string
NextPicks(Policy& policy, const StatusTable& table, int picks, RandomStream& random)
{
    std::string text;
    for (int i = 0; i < picks; ++i)
    {
        text += (i == 0 ? "" : " ") +
                std::string(1, static_cast<char>('a' + policy.Pick(table, At(1), random).value()));
    }
    return text;
}

/** \return how often each agent was picked, by index, of \p picks picks at time 1. */
inline std::vector<std::uint64_t>
CountPicks(const std::string& policy, const StatusTable& table, int picks, SeededStream& random)
{
    const auto made = Make(policy);
    std::vector<std::uint64_t> counts(table.Size());
    for (int i = 0; i < picks; ++i)
    {
        ++counts.at(made->Pick(table, At(1), random).value());
    }
    return counts;
}

} // namespace sonda::test

#endif

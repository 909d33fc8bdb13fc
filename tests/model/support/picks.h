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

/** The policy of a text that the test knows to be good. */
inline std::unique_ptr<Policy>
Make(const std::string& text)
{
    return std::move(*MakePolicy(text));
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

#include "model/selection/policies/join-below-threshold.h"
#include "model/selection/policies/join-idle-queue.h"
#include "tests/catch.h"
#include "tests/model/support/chi-square.h"
#include "tests/model/support/picks.h"

#include <algorithm>
#include <deque>
#include <set>

using namespace sonda;
using namespace sonda::test;

namespace
{

/** A policy of lists with a table, and the notices that the test sends. */
template <typename T>
struct Bench
{
    template <typename... Arguments>
    explicit Bench(unsigned agents, Arguments... arguments)
        : table(MakeTable("min: 0", agents)),
          policy(arguments...)
    {
    }

    void
    Notice(unsigned agent, std::uint32_t inFlight = 0)
    {
        Observation observation = Observe(agent);
        observation.report.inFlight = inFlight;
        observation.notice = true;
        policy.OnNotice(table, *table.Update(observation, At(1)), At(1));
    }

    AgentIndex
    Dispatch()
    {
        const AgentIndex agent = policy.Pick(table, At(1), random).value();
        table.OnDispatch(agent, At(1));
        policy.OnDispatch(table, agent, At(1));
        return agent;
    }

    SeededStream random{71};
    StatusTable table;
    T policy;
};

} // namespace

TEST_CASE("Join-Idle-Queue takes the idle in the order of their notices, then anybody")
{
    Bench<JoinIdleQueuePolicy> bench(10, AgeRule());
    CHECK(bench.policy.NoticeBelow() == 1);
    for (const unsigned agent : {4U, 2U, 7U, 2U})
    {
        bench.Notice(agent);
    }
    CHECK(bench.policy.Waiting() == 3);
    CHECK(bench.Dispatch() == 4);
    CHECK(bench.Dispatch() == 2);
    bench.Notice(4);
    CHECK(bench.Dispatch() == 7);
    CHECK(bench.Dispatch() == 4);
    CHECK(bench.policy.Waiting() == 0);
    std::vector<std::uint64_t> counts(10);
    for (int i = 0; i < 10'000; ++i)
    {
        ++counts.at(bench.Dispatch());
    }
    CHECK(ChiSquare(counts, std::vector<double>(10, 1'000)) < ChiSquareBound(9));
}

TEST_CASE("Join-Idle-Queue takes who is no candidate off its list")
{
    Bench<JoinIdleQueuePolicy> bench(4, AgeRule());
    for (const unsigned agent : {0U, 1U, 2U})
    {
        bench.Notice(agent);
    }
    bench.table.OnDispatch(0, At(1));
    bench.table.OnConnectFailure(0, At(1));
    bench.policy.OnRemoved(1);
    CHECK(bench.Dispatch() == 2);
    CHECK(bench.policy.Waiting() == 0);
}

TEST_CASE("a pick that comes to nothing leaves the list as it is")
{
    Bench<JoinIdleQueuePolicy> bench(4, AgeRule());
    bench.Notice(3);
    CHECK(bench.policy.Pick(bench.table, At(1), bench.random) == 3U);
    CHECK(bench.policy.Waiting() == 1);
}

TEST_CASE("an agent that is spared in one pick stays on the lists")
{
    Bench<JoinIdleQueuePolicy> idle(4, AgeRule());
    Bench<JoinBelowThresholdPolicy> below(4, 10U, AgeRule());
    const auto check = [](auto& bench)
    {
        bench.Notice(3);
        bench.Notice(1);
        bench.table.HoldBack(3, true, At(1));
        for (int i = 0; i < 20; ++i)
        {
            CHECK(bench.policy.Pick(bench.table, At(1), bench.random) == 1U);
        }
        bench.table.HoldBack(3, false, At(1));
        std::set<AgentIndex> picked;
        for (int i = 0; i < 2; ++i)
        {
            picked.insert(bench.Dispatch());
        }
        return picked;
    };
    CHECK(check(idle) == std::set<AgentIndex>{1, 3});
    check(below);
    CHECK(below.policy.Listed() == 2);
}

TEST_CASE("join-below-threshold draws from its list while it believes them below")
{
    Bench<JoinBelowThresholdPolicy> bench(10, 3U, AgeRule());
    CHECK(bench.policy.NoticeBelow() == 3);
    bench.Notice(4, 2);
    bench.Notice(6, 0);
    CHECK(bench.policy.Listed() == 2);
    // One more for 4, three more for 6, in some order; then the list is empty.
    std::vector<AgentIndex> picked;
    for (int i = 0; i < 4; ++i)
    {
        picked.push_back(bench.Dispatch());
    }
    CHECK(std::count(picked.begin(), picked.end(), 4) == 1);
    CHECK(std::count(picked.begin(), picked.end(), 6) == 3);
    CHECK(bench.policy.Listed() == 0);
    std::set<AgentIndex> anybody;
    for (int i = 0; i < 200; ++i)
    {
        anybody.insert(bench.Dispatch());
    }
    CHECK(anybody.size() == 10);
}

TEST_CASE("join-below-threshold draws alike from its list, candidates only")
{
    Bench<JoinBelowThresholdPolicy> bench(6, 1'000'000U, AgeRule());
    for (const unsigned agent : {1U, 3U, 4U, 5U})
    {
        bench.Notice(agent);
    }
    bench.table.OnDispatch(4, At(1));
    bench.table.OnConnectFailure(4, At(1));
    std::vector<std::uint64_t> counts(6);
    for (int i = 0; i < 9'000; ++i)
    {
        ++counts.at(bench.policy.Pick(bench.table, At(1), bench.random).value());
    }
    CHECK(counts[0] + counts[2] + counts[4] == 0);
    CHECK(ChiSquare({counts[1], counts[3], counts[5]}, std::vector<double>(3, 3'000)) <
          ChiSquareBound(2));
    bench.policy.OnRemoved(1);
    CHECK(bench.policy.Listed() == 2);
}

TEST_CASE("a set of agents agrees with a naive one")
{
    SeededStream random(72);
    AgentSet agents;
    std::set<AgentIndex> naive;
    for (int i = 0; i < 5'000; ++i)
    {
        const auto agent = static_cast<AgentIndex>(random.Below(40));
        if (random.Chance(0.5))
        {
            agents.Insert(agent);
            naive.insert(agent);
        }
        else
        {
            agents.Erase(agent);
            naive.erase(agent);
        }
        std::set<AgentIndex> held;
        for (std::size_t place = 0; place < agents.Size(); ++place)
        {
            held.insert(agents.At(place));
        }
        REQUIRE(agents.Size() == naive.size());
        REQUIRE(held == naive);
    }
}

TEST_CASE("a queue of agents agrees with a naive one")
{
    SeededStream random(73);
    AgentQueue agents;
    std::deque<AgentIndex> naive;
    for (int i = 0; i < 5'000; ++i)
    {
        const auto agent = static_cast<AgentIndex>(random.Below(30));
        const auto place = std::find(naive.begin(), naive.end(), agent);
        if (random.Chance(0.5))
        {
            agents.Append(agent);
            if (place == naive.end())
            {
                naive.push_back(agent);
            }
        }
        else
        {
            agents.Erase(agent);
            if (place != naive.end())
            {
                naive.erase(place);
            }
        }
        REQUIRE(agents.Size() == naive.size());
        REQUIRE(agents.First() ==
                (naive.empty() ? std::nullopt : std::make_optional(naive.front())));
    }
    while (!naive.empty())
    {
        REQUIRE(agents.First() == naive.front());
        agents.Erase(naive.front());
        naive.pop_front();
    }
    CHECK_FALSE(agents.First());
}

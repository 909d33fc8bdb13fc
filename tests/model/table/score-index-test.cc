#include "model/table/score-index.h"
#include "tests/catch.h"
#include "tests/model/support/seeded-stream.h"

#include <algorithm>
#include <limits>
#include <map>

using namespace sonda;
using namespace sonda::test;

namespace
{

constexpr double INF = std::numeric_limits<double>::infinity();

std::vector<AgentIndex>
BestOf(const std::map<AgentIndex, double>& ranks)
{
    double least = INF;
    for (const auto& [agent, rank] : ranks)
    {
        least = std::min(least, rank);
    }
    std::vector<AgentIndex> best;
    for (const auto& [agent, rank] : ranks)
    {
        if (rank == least)
        {
            best.push_back(agent);
        }
    }
    return best;
}

} // namespace

TEST_CASE("agents of equal rank live side by side, sorted by index")
{
    ScoreIndex index;
    for (const AgentIndex agent : {5U, 1U, 3U})
    {
        index.Put(agent, 0);
    }
    index.Put(2, -0.0);
    index.Put(4, 1);
    CHECK(index.Best() == std::vector<AgentIndex>{1, 2, 3, 5});
    CHECK(index.Size() == 5);
}

TEST_CASE("an empty index has no best, erasing what is not there does nothing")
{
    ScoreIndex index;
    CHECK(index.Best().empty());
    index.Erase(7);
    index.Put(1, INF);
    index.Erase(7);
    CHECK(index.Best() == std::vector<AgentIndex>{1});
    index.Erase(1);
    index.Erase(1);
    CHECK(index.Best().empty());
    CHECK(index.Size() == 0);
}

TEST_CASE("after any sequence of operations the index is what a full scan finds")
{
    constexpr std::uint64_t seed = 4711;
    SeededStream random(seed);
    const std::vector<double> ranks = {-INF, -1, -0.0, 0.0, 0.5, 1, INF};
    ScoreIndex index;
    std::map<AgentIndex, double> naive;
    for (int i = 0; i < 20'000; ++i)
    {
        const auto agent = static_cast<AgentIndex>(random.Below(40));
        if (random.Chance(0.6))
        {
            const double rank = random.OneOf(ranks);
            index.Put(agent, rank);
            naive[agent] = rank;
        }
        else
        {
            index.Erase(agent);
            naive.erase(agent);
        }
        INFO("seed " << seed << ", operation " << i);
        REQUIRE(index.Size() == naive.size());
        REQUIRE(index.Best() == BestOf(naive));
    }
}

#include "model/selection/ageing.h"
#include "model/selection/view.h"
#include "tests/catch.h"
#include "tests/model/support/picks.h"

#include <cmath>
#include <set>

using namespace sonda;
using namespace sonda::test;

namespace
{

AgeRule
Rule(const std::string& text)
{
    return *AgeRule::Parse(text);
}

/** Agent i reported i connections at second i. */
StatusTable
Staggered(unsigned agents, const std::string& formula = "min: reported")
{
    StatusTable table(MakeFormula(formula), TableTiming());
    for (unsigned i = 0; i < agents; ++i)
    {
        Observation observation = Observe(i);
        observation.report.inFlight = i;
        table.Update(observation, At(i));
    }
    return table;
}

} // namespace

TEST_CASE("a decay fades a score to the median, a penalty makes it worse")
{
    const AgeRule decay = Rule("decay:5");
    CHECK(decay.Apply(10, Sense::LOWEST, 0, 4) == 10);
    CHECK(decay.Apply(10, Sense::LOWEST, 5, 4) == Approx(4 + 6 / std::exp(1)));
    CHECK(decay.Apply(1, Sense::HIGHEST, 5, 4) == Approx(4 - 3 / std::exp(1)));
    const AgeRule penalty = Rule("penalty:5");
    CHECK(penalty.Apply(10, Sense::LOWEST, 5, 0) == 20);
    CHECK(penalty.Apply(10, Sense::HIGHEST, 5, 0) == 5);
    // Below nothing the way to worse is the other one.
    CHECK(penalty.Apply(-10, Sense::LOWEST, 5, 0) == -5);
    CHECK(penalty.Apply(-10, Sense::HIGHEST, 5, 0) == -20);
    CHECK(std::isnan(decay.Apply(std::nan(""), Sense::LOWEST, 5, 4)));
    CHECK(std::isnan(penalty.Apply(std::nan(""), Sense::LOWEST, 5, 4)));
}

TEST_CASE("with age no score under a penalty becomes better, and a decay keeps the order of equals")
{
    SeededStream random(3);
    const AgeRule penalty = Rule("penalty:3");
    const AgeRule decay = Rule("decay:3");
    for (int i = 0; i < 2'000; ++i)
    {
        const double score = random.Between(-5, 5);
        const double young = random.Between(0, 10);
        const double old = young + random.Between(0, 10);
        CHECK(penalty.Apply(score, Sense::LOWEST, old, 0) >=
              penalty.Apply(score, Sense::LOWEST, young, 0));
        CHECK(penalty.Apply(score, Sense::HIGHEST, old, 0) <=
              penalty.Apply(score, Sense::HIGHEST, young, 0));
        const double median = random.Between(-5, 5);
        const double other = score + random.Between(0, 5);
        CHECK(decay.Apply(score, Sense::LOWEST, old, median) <=
              decay.Apply(other, Sense::LOWEST, old, median) + 1e-12);
        CHECK(std::abs(decay.Apply(score, Sense::LOWEST, old, median) - median) <=
              std::abs(score - median) + 1e-12);
    }
}

TEST_CASE("the cut-off leaves the young ones, and all when nobody is young")
{
    const StatusTable table = Staggered(6);
    View view(Rule("cut-off:3"));
    const auto candidates = [&](double second)
    {
        view.Look(table, At(second));
        return view.Candidates();
    };
    CHECK(candidates(5) == std::vector<AgentIndex>{2, 3, 4, 5});
    CHECK(candidates(6) == std::vector<AgentIndex>{3, 4, 5});
    // Exactly as old as allowed is young enough.
    CHECK(candidates(8) == std::vector<AgentIndex>{5});
    CHECK(candidates(8.001) == table.Candidates());
}

TEST_CASE("the cut-off sees a report at once")
{
    StatusTable table = Staggered(6);
    View view(Rule("cut-off:3"));
    view.Look(table, At(8));
    table.Update(Observe(1), At(8));
    view.Look(table, At(8));
    CHECK(view.Candidates() == std::vector<AgentIndex>{1, 5});
}

TEST_CASE("the epoch changes with the candidates and not otherwise")
{
    StatusTable table = Staggered(6);
    View view(Rule("cut-off:3"));
    const auto epoch = [&](double second)
    {
        view.Look(table, At(second));
        return view.Epoch();
    };
    const auto first = epoch(5.2);
    CHECK(first != 0);
    CHECK(epoch(5.4) == first);
    const auto second = epoch(6.2);
    CHECK(second != first);
    CHECK(epoch(6.5) == second);
    table.Update(Observe(0), At(6.6));
    CHECK(epoch(6.6) != second);
}

TEST_CASE("the decay uses the median of the scores that are known and finite")
{
    StatusTable table(MakeFormula("min: ram"), TableTiming());
    unsigned number = 0;
    for (const double score :
         {1.0, 2.0, 30.0, 40.0, std::nan(""), std::numeric_limits<double>::infinity()})
    {
        table.Update(Observe(number++, score), At(0));
    }
    View view(Rule("decay:5"));
    view.Look(table, At(5));
    // Of four the lower one in the middle is 2.
    CHECK(view.Score(1) == Approx(2));
    CHECK(view.Score(0) == Approx(2 - 1 / std::exp(1)));
    CHECK(view.Score(3) == Approx(2 + 38 / std::exp(1)));
    CHECK(std::isnan(view.Score(4)));
    CHECK(std::isinf(view.Score(5)));
    table.Update(Observe(0, 100), At(5));
    view.Look(table, At(5));
    CHECK(view.Score(2) == Approx(30));
}

TEST_CASE("a view says what can be kept between picks")
{
    const StatusTable byReport = Staggered(3);
    const StatusTable byPick = Staggered(3, "min: reported + inflight");
    const auto look = [](const std::string& rule, const StatusTable& table)
    {
        View view(rule.empty() ? AgeRule() : Rule(rule));
        view.Look(table, At(3));
        return std::make_pair(view.IsIndexed(), view.IsSteady());
    };
    CHECK(look("", byReport) == std::make_pair(true, true));
    CHECK(look("cut-off:5", byReport) == std::make_pair(false, true));
    CHECK(look("decay:5", byReport) == std::make_pair(false, false));
    CHECK(look("penalty:5", byReport) == std::make_pair(false, false));
    CHECK(look("", byPick) == std::make_pair(false, false));
    CHECK(look("cut-off:5", byPick) == std::make_pair(false, false));
}

TEST_CASE("the rules change what policies pick")
{
    // At second 6 the ages are 6, 5, …, 1; without a rule agent 0 is the best.
    const StatusTable table = Staggered(6);
    SeededStream random(1);
    const auto pick = [&](const std::string& policy)
    { return Make(policy)->Pick(table, At(6), random).value(); };
    CHECK(pick("best") == 0);
    CHECK(pick("best@cut-off:4") == 2);
    CHECK(pick("head@cut-off:2.5") == 4);
    // (1 + age) times 1 / 4, 1 / 3, 1 / 2: with a score of i + 1 the youngest wins.
    const StatusTable shifted = Staggered(6, "min: 6 + reported");
    CHECK(Make("best@penalty:1")->Pick(shifted, At(6), random) == 5U);
    // The median is 2. Slowly fading, 0 stays the best; fast, the younger 1 has more left of it.
    CHECK(pick("best@decay:100") == 0);
    CHECK(pick("best@decay:0.5") == 1);
    for (int i = 0; i < 50; ++i)
    {
        CHECK(Make("sample:2@cut-off:1.5")->Pick(table, At(6), random) == 5U);
        CHECK(Make("random@cut-off:1.5")->Pick(table, At(6), random) == 5U);
    }
}

TEST_CASE("best with a cut-off splits ties evenly, and follows reports and time")
{
    StatusTable table = TableOfQueues({1, 1, 5, 1});
    Observation worse = Observe(3);
    worse.report.inFlight = 2;
    table.Update(worse, At(4));
    SeededStream random(2);
    const auto best = Make("best@cut-off:5");
    const auto picked = [&](double second)
    {
        std::set<AgentIndex> agents;
        for (int i = 0; i < 60; ++i)
        {
            agents.insert(best->Pick(table, At(second), random).value());
        }
        return agents;
    };
    CHECK(picked(4.5) == std::set<AgentIndex>{0, 1});
    // The others are too old by now.
    CHECK(picked(5.5) == std::set<AgentIndex>{3});
    Observation better = Observe(2);
    better.report.inFlight = 0;
    table.Update(better, At(6));
    CHECK(picked(6) == std::set<AgentIndex>{2});
}

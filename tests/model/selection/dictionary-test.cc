#include "model/control/balancer.h"
#include "model/selection/policies/dictionary.h"
#include "tests/catch.h"
#include "tests/model/support/picks.h"

#include <cmath>

using namespace sonda;
using namespace sonda::test;

namespace
{

struct Bench
{
    explicit Bench(const std::string& formula = "min: ram")
        : table(MakeFormula(formula), TableTiming())
    {
    }

    void
    Report(unsigned agent, double score, double second = 0)
    {
        policy.OnReport(table, *table.Update(Observe(agent, score), At(second)), At(second));
    }

    std::optional<AgentIndex>
    Pick()
    {
        return policy.Pick(table, At(0), random);
    }

    SeededStream random{1};
    StatusTable table;
    DictionaryPolicy policy;
};

} // namespace

TEST_CASE("in the dictionary equal scores overwrite")
{
    Bench bench;
    bench.Report(0, 5);
    bench.Report(1, 5);
    CHECK(bench.policy.Size() == 1);
    CHECK(bench.Pick() == 1U);
    bench.Report(2, 7);
    CHECK(bench.policy.Size() == 2);
    // The last one to report takes the place; agent 1 is in none now.
    bench.Report(0, 5);
    CHECK(bench.Pick() == 0U);
    bench.Report(0, 9);
    CHECK(bench.policy.Size() == 2);
    CHECK(bench.Pick() == 2U);
    // Its own next report brings it back.
    bench.Report(1, 5);
    CHECK(bench.Pick() == 1U);
}

TEST_CASE("a report moves its agent to its new score")
{
    Bench bench;
    bench.Report(0, 1);
    bench.Report(1, 2);
    bench.Report(0, 3);
    CHECK(bench.policy.Size() == 2);
    CHECK(bench.Pick() == 1U);
}

TEST_CASE("the head of the dictionary is the best by the formula's sense, 0 and -0 are one key")
{
    Bench bench("max: ram");
    bench.Report(0, 1);
    bench.Report(1, 2);
    CHECK(bench.Pick() == 1U);
    bench.Report(2, 0.0);
    bench.Report(3, -0.0);
    CHECK(bench.policy.Size() == 3);
}

TEST_CASE("a score that is not a number has no place; with nobody there the first candidate goes")
{
    Bench bench;
    bench.Report(0, std::nan(""));
    bench.Report(1, std::nan(""));
    CHECK(bench.policy.Size() == 0);
    CHECK(bench.Pick() == 0U);
}

TEST_CASE("the dictionary passes over whoever may not be picked")
{
    Bench bench;
    bench.Report(0, 1);
    bench.Report(1, 2);
    bench.table.OnDispatch(0, At(0));
    bench.table.OnConnectFailure(0, At(0));
    CHECK(bench.Pick() == 1U);
    bench.policy.OnRemoved(1);
    CHECK(bench.policy.Size() == 1);
}

TEST_CASE("under the dictionary a silent agent is picked for ever")
{
    Balancer balancer(MakeFormula("min: ram"), Make("dictionary"), TableTiming());
    balancer.Update(Observe(0, 1), At(0));
    balancer.Update(Observe(1, 2), At(0));
    SeededStream random(1);
    for (int i = 1; i < 1'000; ++i)
    {
        balancer.Update(Observe(1, 2), At(5.0 * i));
        REQUIRE(balancer.Dispatch(At(5.0 * i), random) == 0U);
    }
    CHECK_FALSE(balancer.Table().NextExpiry());
    // Other policies know the rule that agents die.
    Balancer best(MakeFormula("min: ram"), Make("best"), TableTiming());
    best.Update(Observe(0, 1), At(0));
    best.Update(Observe(1, 2), At(14));
    CHECK(best.Dispatch(At(17.5), random) == 1U);
}

TEST_CASE("agents expire again when another policy takes over from the dictionary, and not before")
{
    Balancer balancer(MakeFormula("min: ram"), Make("dictionary"), TableTiming());
    balancer.Update(Observe(0, 1), At(0));
    balancer.Advance(At(1'000));
    REQUIRE(balancer.Table().Size() == 1);
    // A change of the interval does not make them mortal.
    TableTiming timing;
    timing.interval = std::chrono::seconds(2);
    balancer.SetTiming(timing, At(1'000));
    CHECK(balancer.Table().Size() == 1);
    balancer.Update(Observe(0, 1), At(1'001));
    balancer.Replace(MakeFormula("min: ram"), Make("best"), At(1'002));
    CHECK(balancer.Table().Size() == 1);
    CHECK(balancer.Table().NextExpiry() == At(1'004));
    balancer.Advance(At(1'021));
    CHECK(balancer.Table().Size() == 0);
    balancer.Update(Observe(1, 1), At(1'030));
    balancer.Replace(MakeFormula("min: ram"), Make("dictionary"), At(1'030));
    CHECK_FALSE(balancer.Table().NextExpiry());
}

TEST_CASE("all idle agents share one place under the report's formula")
{
    Balancer balancer(MakeFormula("min: ram * (1 - cpu * 0.01) * elapsed / 3"),
                      Make("dictionary"),
                      TableTiming());
    for (unsigned i = 0; i < 10; ++i)
    {
        Observation idle = Observe(i);
        idle.report.cpu = 100;
        balancer.Update(idle, At(0));
    }
    CHECK(dynamic_cast<const DictionaryPolicy&>(balancer.GetPolicy()).Size() == 1);
    SeededStream random(1);
    CHECK(balancer.Dispatch(At(1), random) == 9U);
}

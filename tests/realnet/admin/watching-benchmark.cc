#include "realnet/admin/live-figures.h"
#include "realnet/admin/snapshot-taker.h"
#include "tests/model/support/samples.h"

#include <benchmark/benchmark.h>

/**
 * What watching costs, side by side with not watching (docs/monitoring.md has the numbers):
 *   build/bin/watching-benchmark --benchmark_repetitions=9 --benchmark_enable_random_interleaving
 */
namespace sonda::test
{

namespace
{

/** A balancer whose agents never age, with or without figures. */
struct Scene
{
    Scene(const std::string& formula, const std::string& policy, unsigned agents, bool watched)
        : balancer(MakeFormula(formula), std::move(*MakePolicy(policy)), Forever(), 1)
    {
        if (watched)
        {
            balancer.AddWitness(figures, &figures.Trace());
        }
        for (unsigned i = 0; i < agents; ++i)
        {
            balancer.Update(Observe(i, i));
        }
    }

    static TableTiming
    Forever()
    {
        TableTiming timing;
        timing.interval = std::chrono::hours(1);
        return timing;
    }

    LiveFigures figures;
    SharedBalancer balancer;
};

/** The three calls that a connection makes. */
void
Connection(benchmark::State& state,
           const char* formula,
           const char* policy,
           unsigned agents,
           bool watched)
{
    Scene scene(formula, policy, agents, watched);
    for (auto _ : state)
    {
        const auto target = scene.balancer.Dispatch().target;
        const Instant now = Now();
        scene.balancer.Connected(target->agent, now);
        scene.balancer.Ended(target->agent, now, Ending::Completed(Duration(0), true));
    }
}

BENCHMARK_CAPTURE(Connection, sample_alone, "min: inflight / weight", "sample:2", 1000, false);
BENCHMARK_CAPTURE(Connection, sample_watched, "min: inflight / weight", "sample:2", 1000, true);
BENCHMARK_CAPTURE(Connection, best_alone, "min: inflight / weight", "best", 100, false);
BENCHMARK_CAPTURE(Connection, best_watched, "min: inflight / weight", "best", 100, true);
BENCHMARK_CAPTURE(Connection, head_alone, "min: rtt", "head", 1000, false);
BENCHMARK_CAPTURE(Connection, head_watched, "min: rtt", "head", 1000, true);

void
Snapshot(benchmark::State& state)
{
    Scene scene("min: inflight / weight", "sample:2", static_cast<unsigned>(state.range(0)), true);
    const SnapshotTaker taker(scene.balancer, scene.figures, Now());
    for (auto _ : state)
    {
        benchmark::DoNotOptimize(taker.TakeAgents());
    }
}

BENCHMARK(Snapshot)->Arg(10)->Arg(32)->Arg(200)->Arg(10'000);

} // namespace

} // namespace sonda::test

BENCHMARK_MAIN();

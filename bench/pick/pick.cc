#include "model/control/balancer.h"
#include "model/scoring/catalogue.h"
#include "tests/model/support/samples.h"
#include "tests/model/support/seeded-stream.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <deque>

/**
 * What one connection costs the decision: a pick and the two messages that belong to it, for every
 * policy with its own formula. `./sonda bench pick` runs it and judges; by hand, or for a profiler:
 *
 *   build/bin/bench-pick --benchmark_filter='^sample:2/1000$'
 */
namespace sonda::bench
{

namespace
{

/** The time between two connections: 10,000 a second. */
constexpr Duration BETWEEN = std::chrono::microseconds(100);
constexpr std::size_t PER_AGENT = 2; //!< connections in flight, on the mean
/** But not more in all: policies that look at all of 10,000 agents would take minutes to begin. */
constexpr std::size_t MOST_IN_FLIGHT = 1000;

/** Bounds ask it; it says of every server what the proxy knows anyway. */
class ToldOracle : public Oracle
{
  public:
    void
    Watch(const StatusTable& table)
    {
        m_table = &table;
    }

    double
    Present(AgentIndex agent) const override
    {
        return m_table->Get(agent).inFlight;
    }

    double
    WorkLeft(AgentIndex agent) const override
    {
        return 0.05 * Present(agent);
    }

  private:
    const StatusTable* m_table{nullptr};
};

TableTiming
Forever()
{
    TableTiming timing;
    timing.interval = std::chrono::hours(1000);
    return timing;
}

/** Agents that differ, with the figures that formulas ask for. */
Observation
MakeObservation(unsigned number, test::SeededStream& random)
{
    Observation observation = test::Observe(number, random.Between(1e9, 4e9));
    observation.elapsed = FromSeconds(random.Between(0.0002, 0.002));
    observation.report.cpu = random.Between(5, 95);
    observation.report.cpu10s = observation.report.cpu;
    observation.report.ramTotal = 8e9;
    observation.report.cores = 4;
    observation.report.weight = 1 + number % 4;
    observation.report.inFlight = PER_AGENT;
    observation.report.serviceTime = random.Between(0.02, 0.08);
    observation.report.rate = random.Between(10, 50);
    return observation;
}

/** A proxy in full swing: agents that have reported once, connections that come and go. */
class Scene
{
  public:
    Scene(const PolicyInfo& policy, unsigned agents);

    /** One connection comes, and the oldest one ends. */
    void Connection();

    /** The agents that the policy asked to be probed answer. Not part of a pick. */
    void AnswerProbes();

  private:
    void Complete();

    test::SeededStream m_random{1};
    ToldOracle m_oracle;
    Balancer m_balancer;
    Instant m_now = test::At(1);
    std::size_t m_inFlightWanted;
    std::vector<Observation> m_reports; //!< by AgentIndex
    std::deque<std::pair<AgentIndex, Instant>> m_inFlight;
    std::vector<AgentIndex> m_toProbe;
};

Formula
OwnFormula(const PolicyInfo& policy)
{
    return std::move(*Catalogue::BuiltIn().Find(DefaultFormulaOf(policy.example)));
}

Scene::Scene(const PolicyInfo& policy, unsigned agents)
    : m_balancer(OwnFormula(policy), std::move(*MakePolicy(policy.example, &m_oracle)), Forever()),
      m_inFlightWanted(std::min(PER_AGENT * agents, MOST_IN_FLIGHT))
{
    m_oracle.Watch(m_balancer.Table());
    for (unsigned i = 0; i < agents; ++i)
    {
        m_reports.push_back(MakeObservation(i, m_random));
        m_balancer.Update(m_reports.back(), m_now);
    }
    // Until the fleet is as full as it shall be, and connections end.
    for (std::size_t i = 0; i < m_inFlightWanted + MOST_IN_FLIGHT / 10; ++i)
    {
        Connection();
        AnswerProbes();
    }
}

void
Scene::Connection()
{
    m_now += BETWEEN;
    const auto agent = m_balancer.Dispatch(m_now, m_random);
    if (agent)
    {
        m_balancer.Connected(*agent);
        m_inFlight.emplace_back(*agent, m_now);
    }
    m_balancer.WantedProbes(m_now, m_random, m_toProbe);
    if (!agent || m_inFlight.size() > m_inFlightWanted)
    {
        Complete();
    }
}

void
Scene::Complete()
{
    if (m_inFlight.empty())
    {
        return;
    }
    const auto [oldest, since] = m_inFlight.front();
    m_inFlight.pop_front();
    m_balancer.Ended(oldest, Ending::Completed(m_now - since, true), m_now);
}

void
Scene::AnswerProbes()
{
    for (const AgentIndex agent : m_toProbe)
    {
        m_balancer.Update(m_reports[agent], m_now);
    }
    m_toProbe.clear();
}

/** \return the scene; it is kept until another one is asked for, as a benchmark runs several times.
 */
Scene&
KeptScene(const PolicyInfo& policy, unsigned agents)
{
    static std::string name;
    static std::unique_ptr<Scene> kept;
    const std::string wanted = policy.example + "/" + std::to_string(agents);
    if (name != wanted)
    {
        kept = std::make_unique<Scene>(policy, agents);
        name = wanted;
    }
    return *kept;
}

/** Connections between two looks at the clock, which costs as much as some of the picks. */
constexpr int AT_A_TIME = 8;

void
Pick(benchmark::State& state, const PolicyInfo& policy)
{
    Scene& scene = KeptScene(policy, static_cast<unsigned>(state.range(0)));
    using Clock = std::chrono::steady_clock;
    while (state.KeepRunningBatch(AT_A_TIME))
    {
        const auto begin = Clock::now();
        for (int i = 0; i < AT_A_TIME; ++i)
        {
            scene.Connection();
        }
        state.SetIterationTime(std::chrono::duration<double>(Clock::now() - begin).count());
        scene.AnswerProbes();
    }
}

} // namespace

void
RegisterAll()
{
    for (const auto& policy : AllPolicies())
    {
        auto* registered = benchmark::RegisterBenchmark(policy.example.c_str(), Pick, policy);
        registered->UseManualTime()->Arg(10)->Arg(100)->Arg(1'000)->Arg(10'000);
    }
}

} // namespace sonda::bench

int
main(int argc, char** argv)
{
    sonda::bench::RegisterAll();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
    {
        return 1;
    }
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}

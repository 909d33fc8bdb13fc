#include "scenarios/sim/agent-plan.h"

#include "model/ns3/adapters.h"

namespace sonda::sim
{

namespace
{

constexpr double BYTES_PER_MB = 1e6;

} // namespace

std::vector<AgentPlan>
PlanAgents(const Scenario& scenario, std::int64_t firstStream)
{
    StreamAdapter phase;
    phase.AssignStreams(firstStream);
    std::int64_t stream = firstStream + 1;
    std::vector<AgentPlan> plans;
    for (const auto& group : scenario.agents)
    {
        const auto speed = group.speed.MakeVariable(1);
        const auto ram = group.ramMb.MakeVariable(BYTES_PER_MB);
        const auto delay = group.delayMs.MakeVariable(1e-3);
        for (const auto& variable : {speed, ram, delay})
        {
            variable->SetStream(stream++);
        }
        for (std::uint32_t i = 0; i < group.count; ++i)
        {
            ServerOptions options;
            options.cores = group.cores;
            options.speed = speed->GetValue();
            options.ramBytes = ram->GetValue();
            options.requestRamBytes = scenario.workload.ramMb * BYTES_PER_MB;
            options.discipline = group.discipline;
            options.concurrency = group.concurrency;
            options.samplePhase = FromSeconds(ToSeconds(options.sampleInterval) * phase.Uniform());
            plans.push_back({&group,
                             group.name + "[" + std::to_string(i) + "]",
                             options,
                             TimeFromSeconds(delay->GetValue())});
        }
    }
    return plans;
}

} // namespace sonda::sim

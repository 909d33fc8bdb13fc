#ifndef SONDA_TESTS_REALNET_AGENT_SAMPLED_MACHINE_H
#define SONDA_TESTS_REALNET_AGENT_SAMPLED_MACHINE_H

#include "realnet/agent/load-sampler.h"
#include "tests/catch.h"
#include "tests/realnet/agent/fake-files.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace sonda::test
{

inline Instant
At(int ms)
{
    return Instant(std::chrono::milliseconds(ms));
}

/** A machine with 4 cores whose CPU times a test advances, and an agent on it. */
struct SampledMachine : FakeFiles
{
    SampledMachine()
    {
        files["/proc/meminfo"] = "MemTotal: 1000 kB\nMemAvailable: 400 kB\n";
        files["/proc/loadavg"] = "1.50 1 1 1/100 7\n";
        files["/proc/self/mounts"] = "cgroup2 /cg cgroup2 rw 0 0\n";
        files["/proc/self/cgroup"] = "0::/web\n";
        Write();
    }

    /** Lets clock ticks pass on all CPUs alike. */
    void
    Pass(int busy, int idle)
    {
        for (int cpu = 0; cpu < 4; ++cpu)
        {
            PassOn(cpu, busy / 4, idle / 4);
        }
    }

    void
    PassOn(int cpu, int busy, int idle)
    {
        m_busy[cpu] += busy;
        m_idle[cpu] += idle;
        Write();
    }

    void
    Write()
    {
        std::string all;
        int busy = 0;
        int idle = 0;
        for (int cpu = 0; cpu < 4; ++cpu)
        {
            all += "cpu" + std::to_string(cpu) + Line(m_busy[cpu], m_idle[cpu]);
            busy += m_busy[cpu];
            idle += m_idle[cpu];
        }
        files["/proc/stat"] = "cpu " + Line(busy, idle) + (hasCpus ? all : "");
    }

    static std::string
    Line(int busy, int idle)
    {
        return std::string(" ").append(std::to_string(busy)) + " 0 0 " + std::to_string(idle) +
               " 0 0 0 0 0 0\n";
    }

    /** Time passes as the last arguments say, sample by sample. */
    void
    Run(int fromMs, int toMs, int busy, int idle)
    {
        for (int ms = fromMs; ms <= toMs; ms += 200)
        {
            Pass(busy, idle);
            if (!quota.empty())
            {
                used += usedStep;
                files[quota + "/cpu.stat"] = "usage_usec " + std::to_string(used) + "\n";
            }
            REQUIRE_FALSE(sampler.Sample(At(ms)));
        }
    }

    bool hasCpus{true};
    std::string quota; //!< folder whose use grows by that many µs with each sample
    int used{0};
    int usedStep{0};
    std::optional<CpuSet> mask{CpuSet{0, 1, 2, 3}};
    ServerGroup group{*this, {}, {"10.0.0.7", 80}, [] { return std::vector<Listener>{}; }};
    LoadSampler sampler{*this, group, [this] { return mask; }};
    int m_busy[4] = {1000, 1000, 1000, 1000};
    int m_idle[4] = {1000, 1000, 1000, 1000};
};

} // namespace sonda::test

#endif

#include "realnet/agent/load-sampler.h"
#include "tests/catch.h"
#include "tests/realnet/agent/sampled-machine.h"

using namespace sonda;
using sonda::test::At;
using sonda::test::SampledMachine;

TEST_CASE("unused CPU is the idle share of the last second", "[sampler]")
{
    SampledMachine machine;
    CHECK_FALSE(machine.sampler.Figures(At(0))); // nothing to compare with
    REQUIRE_FALSE(machine.sampler.Sample(At(0)));
    machine.Pass(0, 80);
    REQUIRE_FALSE(machine.sampler.Sample(At(200)));
    CHECK(machine.sampler.Figures(At(200))->cpu == Approx(100));
    machine.Run(400, 3000, 60, 20);
    const auto report = machine.sampler.Figures(At(3000));
    REQUIRE(report);
    CHECK(report->cpu == Approx(25)); // the idle beginning is more than a second ago
    CHECK(report->cpu10s.value() > 25);
    CHECK(report->cpu10s.value() < 100);
    CHECK(report->ram == 400 * 1024);
    CHECK(report->ramTotal.value() == 1000 * 1024);
    CHECK(report->cores.value() == 4);
    CHECK(report->load1.value() == Approx(1.5));
}

TEST_CASE("a reading of the figures is a sample, too, where the last one is old", "[sampler]")
{
    SampledMachine machine;
    CHECK(machine.sampler.IsDue(At(0)));
    machine.Run(0, 200, 20, 60);
    CHECK_FALSE(machine.sampler.IsDue(At(700)));
    CHECK(machine.sampler.IsDue(At(800)));
    machine.Pass(60, 20);
    CHECK(machine.sampler.Figures(At(1100))->cpu == Approx(50)); // of 0.2 s and 0.9 s, by ticks
    CHECK_FALSE(machine.sampler.IsDue(At(1200)));
    machine.Pass(60, 20);
    CHECK(machine.sampler.Figures(At(2100))->cpu == Approx(25));
}

TEST_CASE("figures at one moment twice are the same, not a division by zero", "[sampler]")
{
    SampledMachine machine;
    machine.Run(0, 200, 20, 60);
    const double first = machine.sampler.Figures(At(200))->cpu;
    CHECK(first == Approx(75));
    CHECK(machine.sampler.Figures(At(200))->cpu == first);
}

TEST_CASE("a quota bounds what the machine has and does not stand for it", "[sampler]")
{
    SampledMachine machine;
    machine.quota = "/cg/web";
    machine.files["/cg/web/cpu.max"] = "50000 100000\n";
    machine.usedStep = 20'000; // 0.1 s of 0.5 s each second

    SECTION("an idle machine: the quota's share is what counts")
    {
        machine.Run(0, 1000, 0, 80);
        CHECK(machine.sampler.Figures(At(1000))->cpu == Approx(80));
    }
    SECTION("a machine that others use up: nothing is left, however little was used")
    {
        machine.Run(0, 1000, 80, 0);
        CHECK(machine.sampler.Figures(At(1000))->cpu == Approx(0));
    }
    SECTION("a quota larger than the machine: the machine's figure, over the machine's cores")
    {
        machine.files["/cg/web/cpu.max"] = "800000 100000\n";
        machine.Run(0, 1000, 60, 20);
        CHECK(machine.sampler.Figures(At(1000))->cpu == Approx(25));
        CHECK(machine.sampler.Figures(At(1000))->cores.value() == 4);
        return;
    }
    CHECK(machine.sampler.Figures(At(1000))->cores.value() == Approx(0.5));
}

TEST_CASE("every level's quota bounds: a busy neighbour under the same parent", "[sampler]")
{
    SampledMachine machine;
    machine.files["/proc/self/cgroup"] = "0::/pod/web\n";
    machine.files["/cg/pod/web/cpu.max"] = "100000 100000\n";
    machine.files["/cg/pod/web/cpu.stat"] = "usage_usec 5\n";
    machine.files["/cg/pod/cpu.max"] = "200000 100000\n";
    machine.quota = "/cg/pod";
    machine.usedStep = 360'000; // 1.8 of 2 cores
    machine.Run(0, 2000, 40, 40);
    const auto figures = machine.sampler.Measure(At(2000));
    CHECK(figures.cpu.value() == Approx(20)); // 0.2 of the 1 core that the tightest quota allows
    CHECK(figures.cores.value() == Approx(1));
    CHECK(figures.cpuFrom == "cpu.max of cgroup /pod");
    CHECK(figures.coresFrom == "cpu.max of cgroup /pod/web");
}

TEST_CASE("a quota that comes, goes or begins anew is compared with no other count", "[sampler]")
{
    SampledMachine machine;
    machine.quota = "/cg/web";
    machine.files["/cg/web/cpu.max"] = "100000 100000\n";
    machine.used = 9'000'000;
    machine.usedStep = 50'000; // a quarter of the quota
    machine.Run(0, 1000, 0, 80);
    REQUIRE(machine.sampler.Figures(At(1000))->cpu == Approx(75));
    machine.used = 0; // the group is made anew
    machine.Run(1200, 1200, 0, 80);
    CHECK(machine.sampler.Figures(At(1200))->cpu == Approx(75));
    machine.usedStep = 100'000;
    machine.Run(1400, 3000, 0, 80);
    CHECK(machine.sampler.Figures(At(3000))->cpu == Approx(50));
    machine.files["/cg/web/cpu.max"] = "max 100000\n";
    CHECK(machine.sampler.Figures(At(3100))->cpu == Approx(100));
    CHECK(machine.sampler.Figures(At(3100))->cores.value() == 4);
}

TEST_CASE("a quota whose use nobody counts leaves CPU unknown", "[sampler]")
{
    SampledMachine machine;
    machine.files["/cg/web/cpu.max"] = "50000 100000\n";
    machine.Run(0, 1000, 0, 80);
    const auto figures = machine.sampler.Measure(At(1000));
    CHECK_FALSE(figures.cpu);
    CHECK(figures.cores.value() == Approx(0.5));
    CHECK(machine.sampler.Figures(At(1000)).GetError().message ==
          "unused CPU is not known: the CPU time used under cpu.max of cgroup /web is not known");
}

TEST_CASE("CPU and cores are of the CPUs that may be used, as they are now", "[sampler]")
{
    SampledMachine machine;
    const auto run = [&](int from, int to)
    {
        for (int ms = from; ms <= to; ms += 200)
        {
            machine.PassOn(0, 20, 0); // busy
            machine.PassOn(1, 10, 10);
            machine.PassOn(2, 0, 20);
            machine.PassOn(3, 0, 20);
            REQUIRE_FALSE(machine.sampler.Sample(At(ms)));
        }
    };
    machine.mask = CpuSet{0};
    run(0, 1000);
    CHECK(machine.sampler.Figures(At(1000))->cpu == Approx(0));
    CHECK(machine.sampler.Figures(At(1000))->cores.value() == 1);
    machine.mask = CpuSet{1, 2};
    run(1200, 3000);
    CHECK(machine.sampler.Figures(At(3000))->cpu == Approx(75));
    CHECK(machine.sampler.Figures(At(3000))->cores.value() == 2);
    machine.mask.reset(); // the kernel does not say
    machine.files["/cg/web/cpuset.cpus.effective"] = "0-1\n";
    run(3200, 5000);
    CHECK(machine.sampler.Figures(At(5000))->cpu == Approx(25));
    CHECK(machine.sampler.Figures(At(5000))->cores.value() == 2);
    machine.files.erase("/cg/web/cpuset.cpus.effective");
    run(5200, 7000);
    CHECK(machine.sampler.Figures(At(7000))->cores.value() == 4);
}

TEST_CASE("CPU counters that stand still are not known, soon and not for ever", "[sampler]")
{
    SampledMachine machine;
    machine.hasCpus = GENERATE(true, false);
    machine.Write();

    SECTION("from the beginning")
    {
        machine.Run(0, 2000, 0, 0);
        CHECK_FALSE(machine.sampler.Figures(At(2000)));
        return;
    }
    SECTION("after they went")
    {
        machine.Run(0, 2000, 20, 60);
        CHECK(machine.sampler.Figures(At(2000))->cpu == Approx(75));
        machine.Run(2200, 3000, 0, 0);
        CHECK(machine.sampler.Figures(At(3000))); // a gap is bridged
        machine.Run(3200, 4600, 0, 0);
        const auto figures = machine.sampler.Measure(At(4600));
        CHECK_FALSE(figures.cpu);
        CHECK_FALSE(figures.cpu10s);
        CHECK(figures.cpuFrom.find("/proc/stat") != std::string::npos);
        CHECK(machine.sampler.Figures(At(4600)).GetError().message.find("stand still") !=
              std::string::npos);
        machine.Run(4800, 5000, 60, 20);
        CHECK(machine.sampler.Figures(At(5000))->cpu == Approx(25));
        CHECK(machine.sampler.Figures(At(5000))->cpu10s.value() == Approx(25));
    }
}

TEST_CASE("idle time that falls all the time is no measurement", "[sampler]")
{
    SampledMachine machine;
    machine.Run(0, 3000, 80, -40);
    CHECK_FALSE(machine.sampler.Figures(At(3000)));
}

TEST_CASE("counters that begin anew cost one interval", "[sampler]")
{
    SampledMachine machine;
    machine.Run(0, 2000, 20, 60);
    for (int cpu = 0; cpu < 4; ++cpu)
    {
        machine.m_busy[cpu] = machine.m_idle[cpu] = 1;
    }
    machine.Run(2200, 2400, 20, 60);
    CHECK(machine.sampler.Figures(At(2400))->cpu == Approx(75));
}

#include "realnet/agent/load-sampler.h"
#include "tests/catch.h"
#include "tests/realnet/agent/fake-files.h"

#include <string>

using namespace sonda;
using std::chrono::milliseconds;

namespace
{

Instant
At(int ms)
{
    return Instant(milliseconds(ms));
}

/** A machine with 4 cores whose CPU times a test advances. */
struct Machine : test::FakeFiles
{
    Machine()
    {
        files["/proc/meminfo"] = "MemTotal: 1000 kB\nMemAvailable: 400 kB\n";
        files["/proc/loadavg"] = "1.50 1 1 1/100 7\n";
        Pass(0, 0);
    }

    void
    Pass(int busy, int idle)
    {
        m_busy += busy;
        m_idle += idle;
        files["/proc/stat"] =
            "cpu " + std::to_string(m_busy) + " 0 0 " + std::to_string(m_idle) + " 0 0 0 0\n";
    }

    int m_busy{1000};
    int m_idle{1000};
};

/** The process is in the cgroup whose files are in /cg/web. */
struct MachineWithCgroup : Machine
{
    MachineWithCgroup()
    {
        files["/proc/self/mounts"] = "cgroup2 /cg cgroup2 rw 0 0\n";
        files["/proc/self/cgroup"] = "0::/web\n";
    }
};

} // namespace

TEST_CASE("unused CPU is the idle share of the last second", "[sampler]")
{
    Machine machine;
    LoadSampler sampler(machine, 4);
    CHECK_FALSE(sampler.Figures(At(0))); // nothing to compare with
    REQUIRE_FALSE(sampler.Sample(At(0)));
    machine.Pass(0, 80);
    REQUIRE_FALSE(sampler.Sample(At(200)));
    CHECK(sampler.Figures(At(200))->cpu == Approx(100));
    for (int ms = 400; ms <= 3000; ms += 200)
    {
        machine.Pass(60, 20);
        REQUIRE_FALSE(sampler.Sample(At(ms)));
    }
    const auto report = sampler.Figures(At(3000));
    REQUIRE(report);
    CHECK(report->cpu == Approx(25)); // the idle beginning is more than a second ago
    CHECK(report->cpu10s.value() > 25);
    CHECK(report->cpu10s.value() < 100);
    CHECK(report->ram == 400 * 1024);
    CHECK(report->ramTotal.value() == 1000 * 1024);
    CHECK(report->cores.value() == 4);
    CHECK(report->load1.value() == Approx(1.5));
}

TEST_CASE("figures at one moment twice are the same, not a division by zero", "[sampler]")
{
    Machine machine;
    LoadSampler sampler(machine, 4);
    REQUIRE_FALSE(sampler.Sample(At(0)));
    machine.Pass(10, 30);
    REQUIRE_FALSE(sampler.Sample(At(200)));
    const double first = sampler.Figures(At(200))->cpu;
    CHECK(first == Approx(75));
    CHECK(sampler.Figures(At(200))->cpu == first);
}

TEST_CASE("with a CPU quota, unused CPU is the unused share of the quota", "[sampler]")
{
    MachineWithCgroup machine;
    machine.files["/cg/web/cpu.max"] = "50000 100000\n";
    machine.files["/cg/web/cpu.stat"] = "usage_usec 1000000\n";
    machine.files["/cg/web/memory.max"] = "102400\n";
    machine.files["/cg/web/memory.current"] = "92400\n";
    LoadSampler sampler(machine, 4);
    REQUIRE_FALSE(sampler.Sample(At(0)));
    machine.files["/cg/web/cpu.stat"] = "usage_usec 1100000\n";
    machine.Pass(0, 400); // the machine idles; the quota is what counts
    REQUIRE_FALSE(sampler.Sample(At(1000)));
    const auto report = sampler.Figures(At(1000));
    REQUIRE(report);
    CHECK(report->cpu == Approx(80)); // 0.1 s of 0.5 s were used
    CHECK(report->cores.value() == Approx(0.5));
    CHECK(report->ram == 10'000);
    CHECK(report->ramTotal.value() == 102'400);
}

TEST_CASE("a count of another CPU quota, or one that begins anew, is compared with none",
          "[sampler]")
{
    MachineWithCgroup machine;
    machine.files["/cg/web/cpu.max"] = "100000 100000\n";
    machine.files["/cg/web/cpu.stat"] = "usage_usec 9000000\n";
    machine.files["/cg/cpu.max"] = "200000 100000\n";
    machine.files["/cg/cpu.stat"] = "usage_usec 1000000\n";
    LoadSampler sampler(machine, 4);
    REQUIRE_FALSE(sampler.Sample(At(0)));
    machine.files["/cg/web/cpu.stat"] = "usage_usec 9050000\n";
    REQUIRE_FALSE(sampler.Sample(At(200)));
    REQUIRE(sampler.Figures(At(200))->cpu == Approx(75));

    SECTION("the quota of another level becomes the tightest")
    {
        machine.files["/cg/web/cpu.max"] = "max 100000\n";
    }
    SECTION("the same level counts anew")
    {
        machine.files["/cg/web/cpu.stat"] = "usage_usec 0\n";
    }
    CHECK(sampler.Figures(At(300))->cpu == Approx(75)); // the last one that is known
    REQUIRE_FALSE(sampler.Sample(At(400)));
    CHECK(sampler.Figures(At(400))->cpu10s.value() == Approx(75));
    // Two samples that can be compared are enough for the next figure.
    machine.files["/cg/web/cpu.stat"] = "usage_usec 160000\n";
    machine.files["/cg/cpu.stat"] = "usage_usec 1320000\n";
    REQUIRE_FALSE(sampler.Sample(At(600)));
    CHECK(sampler.Figures(At(600))->cpu == Approx(20));
}

TEST_CASE("what cannot be read is an error that names the file", "[sampler]")
{
    Machine machine;
    LoadSampler sampler(machine, 4);
    REQUIRE_FALSE(sampler.Sample(At(0)));
    machine.files.erase("/proc/meminfo");
    CHECK(sampler.Figures(At(100)).GetError().message.find("/proc/meminfo") == 0);
    machine.files.erase("/proc/stat");
    REQUIRE(sampler.Sample(At(200)));
    CHECK(sampler.Sample(At(200))->message.find("/proc/stat") == 0);
}

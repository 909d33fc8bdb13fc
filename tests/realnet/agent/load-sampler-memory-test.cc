#include "realnet/agent/figures-text.h"
#include "realnet/agent/load-sampler.h"
#include "tests/catch.h"
#include "tests/realnet/agent/sampled-machine.h"

#include <string>

using namespace sonda;
using sonda::test::At;
using sonda::test::SampledMachine;

TEST_CASE("memory is bounded by the group, and CPU by nothing of it", "[sampler]")
{
    SampledMachine machine;
    machine.files["/cg/web/memory.max"] = "102400\n";
    machine.files["/cg/web/memory.current"] = "92400\n";
    machine.Run(0, 1000, 20, 60);
    const auto report = machine.sampler.Figures(At(1000));
    REQUIRE(report);
    CHECK(report->ram == 10'000);
    CHECK(report->ramTotal.value() == 102'400);
    CHECK(report->cpu == Approx(75));
}

TEST_CASE("more available than there is leaves no bound", "[sampler]")
{
    SampledMachine machine;
    machine.files["/proc/meminfo"] = "MemTotal: 512 kB\nMemAvailable: 600 kB\n";
    machine.Run(0, 1000, 20, 60);
    const auto figures = machine.sampler.Measure(At(1000));
    CHECK(figures.memory->free == 512 * 1024);
    CHECK(figures.memory->total == 512 * 1024);
    CHECK(figures.memory->from.find("more available than there is") != std::string::npos);
}

TEST_CASE("the cache of ZFS is free above its least size", "[sampler]")
{
    SampledMachine machine;
    machine.files["/proc/spl/kstat/zfs/arcstats"] = "9 1 0x01 147 39984 4058 5921\n"
                                                    "name                            type data\n"
                                                    "c_min                           4    102400\n"
                                                    "size                            4    307200\n";
    CHECK(MemoryMeter(machine).OfMachine()->free == 400 * 1024 + 204'800);
    CHECK(MemoryMeter(machine).OfMachine()->from ==
          "/proc/meminfo and what ZFS's cache gives back");
    machine.files["/proc/spl/kstat/zfs/arcstats"] = "c_min 4 1\nsize 4 999999999\n";
    CHECK(MemoryMeter(machine).OfMachine()->free == 1000 * 1024); // not more than there is
    CHECK(ZfsReclaimable("size 4 100\n") == 0);
    CHECK(ZfsReclaimable("size 4 100\nc_min 4 200\n") == 0);
    CHECK(ZfsReclaimable("size 4\nc_min\n") == 0);
}

TEST_CASE("what cannot be read is an error that names the file", "[sampler]")
{
    SampledMachine machine;
    machine.Run(0, 200, 20, 60);
    CHECK_FALSE(CheckReadable(machine));
    machine.files.erase("/proc/meminfo");
    CHECK(machine.sampler.Figures(At(200)).GetError().message.find("/proc/meminfo") == 0);
    CHECK(CheckReadable(machine)->message.find("/proc/meminfo") == 0);
    machine.files.erase("/proc/stat");
    REQUIRE(machine.sampler.Sample(At(400)));
    CHECK(machine.sampler.Sample(At(400))->message.find("/proc/stat") == 0);
    CHECK(CheckReadable(machine)->message.find("/proc/stat") == 0);
}

TEST_CASE("what is not known is shown as not known", "[sampler]")
{
    SampledMachine machine;
    AgentOptions options;
    options.id = "me";
    options.server = {"10.0.0.7", 80};
    machine.Run(0, 1000, 20, 60);
    const std::string known =
        DescribeFigures(options, machine.sampler.Measure(At(1000)), ConnectionCount{3, 0}, 1);
    CHECK(known.find("me at 10.0.0.7:80: 0 of 1 MiB free, 75.0 % of 4 cores unused (75.0 % over "
                     "10 s), run queue 1.5, 3 connections, weight 1; limits: those of cgroup /web, "
                     "the agent's own, as nothing listens in sight at 10.0.0.7:80; memory: "
                     "/proc/meminfo; CPU: /proc/stat; cores: ") == 0);

    machine.files.erase("/proc/loadavg");
    machine.files.erase("/proc/meminfo");
    machine.Run(1200, 4000, 0, 0);
    const std::string words =
        DescribeFigures(options, machine.sampler.Measure(At(4000)), Error{"nobody listens"}, 1);
    CHECK(words.find("free memory not known, unused CPU of 4 cores not known, run queue not known, "
                     "connections not known") != std::string::npos);
    CHECK(words.find("connections: nobody listens") != std::string::npos);
    CHECK(words.find("run queue: /proc/loadavg cannot be read") != std::string::npos);
}

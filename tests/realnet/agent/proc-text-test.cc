#include "realnet/agent/proc-text.h"
#include "tests/catch.h"

using namespace sonda;

// The texts below were recorded on Linux 6.1 and shortened.

TEST_CASE("/proc/meminfo", "[proc]")
{
    const auto memory = ParseMeminfo("MemTotal:       16316412 kB\n"
                                     "MemFree:         1030428 kB\n"
                                     "MemAvailable:   12038540 kB\n"
                                     "Buffers:          541268 kB\n");
    REQUIRE(memory);
    CHECK(memory->total == 16316412ULL * 1024);
    CHECK(memory->available == 12038540ULL * 1024);
    CHECK_FALSE(ParseMeminfo(""));
    CHECK_FALSE(ParseMeminfo("MemTotal: 16316412 kB\n"));
    CHECK_FALSE(ParseMeminfo("MemTotal: 0 kB\nMemAvailable: 0 kB\n"));
    CHECK_FALSE(ParseMeminfo("MemTotal: x kB\nMemAvailable: 7 kB\n"));
}

TEST_CASE("/proc/stat", "[proc]")
{
    const auto ticks = ParseProcStat("cpu  4705 150 1120 16250 520 30 45 80 999 888\n"
                                     "cpu0 2000 50 500 8000 260 15 20 40 0 0\n");
    REQUIRE(ticks);
    CHECK(ticks->idle == 16250 + 520);
    CHECK(ticks->total == 4705 + 150 + 1120 + 16250 + 520 + 30 + 45 + 80); // guest is in user
    CHECK_FALSE(ParseProcStat(""));
    CHECK_FALSE(ParseProcStat("cpu0 1 2 3 4 5 6 7 8\n"));
    CHECK_FALSE(ParseProcStat("cpu 1 2 3\n"));
}

TEST_CASE("/proc/loadavg", "[proc]")
{
    CHECK(ParseLoadAverage("0.42 0.36 0.29 2/893 41203\n").value() == Approx(0.42));
    CHECK_FALSE(ParseLoadAverage(""));
    CHECK_FALSE(ParseLoadAverage("no"));
}

TEST_CASE("place in the cgroup tree", "[proc]")
{
    CHECK(ParseOwnCgroup("0::/system.slice/web.service\n") == "/system.slice/web.service");
    CHECK(ParseOwnCgroup("4:memory:/old\n0::/\n") == "/");
    CHECK_FALSE(ParseOwnCgroup("4:memory:/old\n"));
    CHECK(ParseCgroupMount("proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n") ==
          "/sys/fs/cgroup");
    CHECK_FALSE(ParseCgroupMount("cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n"));
}

TEST_CASE("cgroup limits", "[proc]")
{
    CHECK(ParseMemoryLimit("536870912\n") == 536870912U);
    CHECK_FALSE(ParseMemoryLimit("max\n"));
    CHECK(ParseCpuQuota("150000 100000\n").value() == Approx(1.5));
    CHECK_FALSE(ParseCpuQuota("max 100000\n"));
    CHECK_FALSE(ParseCpuQuota("100000 0\n"));
    CHECK(ParseStatLine("usage_usec 8123\nuser_usec 99\n", "user_usec") == 99U);
    CHECK_FALSE(ParseStatLine("usage_usec 8123\n", "usage"));
    CHECK_FALSE(ParseWhole("12x"));
}

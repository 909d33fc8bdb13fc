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

TEST_CASE("/proc/loadavg", "[proc]")
{
    CHECK(ParseLoadAverage("0.42 0.36 0.29 2/893 41203\n").value() == Approx(0.42));
    CHECK_FALSE(ParseLoadAverage(""));
    CHECK_FALSE(ParseLoadAverage("no"));
    CHECK_FALSE(ParseLoadAverage("-1 0 0 1/1 1\n"));
    CHECK_FALSE(ParseLoadAverage("nan 0 0 1/1 1\n"));
    CHECK_FALSE(ParseLoadAverage("inf 0 0 1/1 1\n"));
}

TEST_CASE("cgroup limits", "[proc]")
{
    CHECK(ParseWhole("536870912\n") == 536870912U);
    CHECK_FALSE(ParseWhole("max\n"));
    CHECK(ParseCpuQuota("150000 100000\n").value() == Approx(1.5));
    CHECK_FALSE(ParseCpuQuota("max 100000\n"));
    CHECK_FALSE(ParseCpuQuota("-1 100000\n"));
    CHECK_FALSE(ParseCpuQuota("100000 0\n"));
    CHECK_FALSE(ParseCpuQuota("100000\n"));
    CHECK(ParseStatLine("usage_usec 8123\nuser_usec 99\n", "user_usec") == 99U);
    CHECK_FALSE(ParseStatLine("usage_usec 8123\n", "usage"));
    CHECK_FALSE(ParseWhole("12x"));
    CHECK_FALSE(ParseWhole(""));
}

TEST_CASE("/proc/PID/stat, whatever the name of the process", "[proc]")
{
    constexpr const char* after = "S 1 5 5 0 -1 4194560 1021 2 3 0 71 29 0 0 20 0 1 0 100 1 1";
    CHECK(ParseProcessTicks(std::string("5 (nginx) ") + after) == 100U);
    CHECK(ParseProcessTicks(std::string("5 (a) b (c) ) ") + after) == 100U);
    CHECK_FALSE(ParseProcessTicks("5 (nginx) S 1 5"));
    CHECK_FALSE(ParseProcessTicks(""));
}

TEST_CASE("cgroup.procs", "[proc]")
{
    CHECK(ParseProcessIds("12\n0\n7\n") == std::vector<std::uint64_t>{12, 7});
    CHECK(ParseProcessIds("").empty());
}

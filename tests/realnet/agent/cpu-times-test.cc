#include "realnet/agent/cpu-times.h"
#include "tests/catch.h"

#include <cstring>
#include <random>
#include <sched.h>
#include <string>
#include <thread>

using namespace sonda;

namespace
{

CpuTimes
Parsed(const std::string& text)
{
    const auto times = ParseCpuTimes(text);
    REQUIRE(times);
    return *times;
}

} // namespace

TEST_CASE("/proc/stat", "[cpu]")
{
    const auto times = Parsed("cpu  4705 150 1120 16250 520 30 45 80 999 888\n"
                              "cpu0 2000 50 500 8000 260 15 20 40 0 0\n"
                              "cpu3 2705 100 620 8250 260 15 25 40 0 0\n"
                              "intr 7 1 2\n"
                              "ctxt 9\n");
    REQUIRE(times.cpus.size() == 2);
    CHECK(times.cpus[1].number == 3);
    CHECK(times.cpus[1].ticks.kinds[CpuTicks::IDLE] == 8250);
    CHECK(times.all.kinds[7] == 80); // guest times, which follow, are in user, too
    CHECK_FALSE(ParseCpuTimes(""));
    CHECK_FALSE(ParseCpuTimes("intr 7\n"));
    CHECK_FALSE(ParseCpuTimes("cpu 1 2 3\n"));
    CHECK_FALSE(ParseCpuTimes("cpux 1 2 3 4 5 6 7 8\n"));
    CHECK_FALSE(ParseCpuTimes("cpu0 1 2 3 4 5 6 7 -8\n"));
}

TEST_CASE("of two lines cpu the one that counts is taken, wherever it stands", "[cpu]")
{
    const std::string zero = "cpu 0 0 0 0 0 0 0 0 0 0\n";
    const std::string real = "cpu 5 0 0 7 0 0 0 0 0 0\n";
    CHECK(Parsed(zero + real).all.kinds[0] == 5);
    CHECK(Parsed(real + zero).all.kinds[0] == 5);
}

TEST_CASE("lists of CPUs", "[cpu]")
{
    CHECK(ParseCpuList("0-3,8\n") == CpuSet{0, 1, 2, 3, 8});
    CHECK(ParseCpuList("5\n") == CpuSet{5});
    CHECK(ParseCpuList("3,1-3") == CpuSet{1, 2, 3});
    for (const char* wrong : {"", "\n", "3-1", "a", "1-", "-1", "0-4000000000", "1;2"})
    {
        CHECK_FALSE(ParseCpuList(wrong));
    }
}

TEST_CASE("the CPUs that count", "[cpu]")
{
    const auto four = Parsed("cpu0 1 0 0 1 0 0 0 0\ncpu1 1 0 0 1 0 0 0 0\n"
                             "cpu2 1 0 0 1 0 0 0 0\ncpu3 1 0 0 1 0 0 0 0\n");
    CHECK(CpusInUse(four, std::nullopt) == CpuSet{0, 1, 2, 3});
    CHECK(CpusInUse(four, CpuSet{1, 3}) == CpuSet{1, 3});
    // An allowed CPU is offline.
    CHECK(CpusInUse(four, CpuSet{2, 3, 9, 10}) == CpuSet{0, 1, 2, 3});
    CHECK(CpusInUse(four, CpuSet{2, 3, 9}) == CpuSet{2, 3});
    // A container that sees its CPUs 5 and 7 numbered anew.
    const auto view = Parsed("cpu0 1 0 0 1 0 0 0 0\ncpu1 1 0 0 1 0 0 0 0\n");
    CHECK(CpusInUse(view, CpuSet{5, 7}) == CpuSet{0, 1});
    CHECK(CpusInUse(view, CpuSet{1, 7}) == CpuSet{0, 1});
    CHECK(CpusInUse(Parsed("cpu 1 0 0 1 0 0 0 0\n"), CpuSet{0}).empty());
}

TEST_CASE("use is summed over the chosen CPUs", "[cpu]")
{
    const auto from = Parsed("cpu0 100 0 0 100 0 0 0 0\ncpu1 100 0 0 100 0 0 0 0\n");
    const auto to = Parsed("cpu0 200 0 0 100 0 0 0 0\ncpu1 100 0 0 150 50 0 0 0\n");
    CHECK(Compare(from, to, {0}).idle == 0);
    CHECK(Compare(from, to, {0}).total == 100);
    CHECK(Compare(from, to, {1}).idle == 100); // iowait is idle
    CHECK(Compare(from, to, {0, 1}).total == 200);
    // A CPU that came or went counts in neither.
    const auto more = Parsed("cpu0 200 0 0 100 0 0 0 0\ncpu7 900 0 0 900 0 0 0 0\n");
    CHECK(Compare(from, more, {0, 7}).total == 100);
}

TEST_CASE("a kind that fell is left out, and a CPU whose idle time fell", "[cpu]")
{
    const auto from = Parsed("cpu0 100 0 0 100 50 0 0 900\n");
    const auto stealFell = Compare(from, Parsed("cpu0 130 0 0 170 50 0 0 3\n"), {0});
    CHECK(stealFell.total == 100);
    CHECK(stealFell.idle == 70);
    const auto iowaitFell = Compare(from, Parsed("cpu0 130 0 0 170 49 0 0 900\n"), {0});
    CHECK(iowaitFell.total == 100);
    CHECK(iowaitFell.idle == 70);
    CHECK_FALSE(Compare(from, Parsed("cpu0 130 0 0 99 50 0 0 900\n"), {0}).IsKnown());
    CHECK_FALSE(Compare(from, Parsed("cpu0 1 0 0 1 0 0 0 0\n"), {0}).IsKnown());
    CHECK_FALSE(Compare(from, from, {0}).IsKnown());
    const auto all = Compare(Parsed("cpu 1 0 0 1 0 0 0 0\n"), Parsed("cpu 2 0 0 4 0 0 0 0\n"), {});
    CHECK(all.total == 4); // where there are no lines cpuN
}

TEST_CASE("whatever counters do, idle time is a part of the total", "[cpu]")
{
    const unsigned seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 2000; ++round)
    {
        CpuTimes from;
        CpuTimes to;
        for (unsigned cpu = 0; cpu < 3; ++cpu)
        {
            from.cpus.push_back({cpu, {}});
            to.cpus.push_back({cpu, {}});
            for (int kind = 0; kind < CpuTicks::KINDS; ++kind)
            {
                from.cpus[cpu].ticks.kinds[kind] = random() % 4;
                to.cpus[cpu].ticks.kinds[kind] = random() % 4;
            }
        }
        const CpuUse use = Compare(from, to, {0, 1, 2});
        CHECK(use.idle >= 0);
        CHECK(use.idle <= use.total);
    }
}

TEST_CASE("the CPUs of this process follow its affinity", "[cpu]")
{
    const auto before = OwnCpus();
    REQUIRE(before);
    CpuSet within;
    std::thread pinned(
        [&]
        {
            cpu_set_t mask;
            CPU_ZERO(&mask);
            CPU_SET(before->back(), &mask);
            if (sched_setaffinity(0, sizeof(mask), &mask) == 0)
            {
                within = OwnCpus().value_or(CpuSet{});
            }
        });
    pinned.join();
    CHECK(within == CpuSet{before->back()});
    CHECK(OwnCpus() == before);
}

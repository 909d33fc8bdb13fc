#include "realnet/agent/cgroup.h"
#include "tests/catch.h"
#include "tests/realnet/agent/fake-files.h"

using namespace sonda;

namespace
{

constexpr std::uint64_t MIB = 1024 * 1024;
constexpr std::uint64_t MACHINE = 16384 * MIB;

test::FakeFiles
TwoLevels()
{
    test::FakeFiles fake;
    fake.files["/cg/web/one/memory.max"] = "max\n";
    fake.files["/cg/web/one/memory.current"] = "300\n";
    fake.files["/cg/web/one/cpu.max"] = "max 100000\n";
    return fake;
}

Cgroup
GroupOf(const test::FakeFiles& fake)
{
    CgroupPaths paths;
    paths.unified = "/web/one";
    return {fake, {"/cg", {}, {}}, paths};
}

/** Version 1, with each controller mounted for itself but the two of CPU time. */
Cgroup
LegacyGroupOf(const test::FakeFiles& fake, const std::string& accounting = "/svc")
{
    CgroupMounts mounts;
    mounts.legacy = {{Controller::MEMORY, "/v1/memory"},
                     {Controller::CPU, "/v1/cpu"},
                     {Controller::CPUACCT, "/v1/cpuacct"},
                     {Controller::CPUSET, "/v1/cpuset"}};
    CgroupPaths paths;
    paths.legacy = {{Controller::MEMORY, "/svc"},
                    {Controller::CPU, "/svc"},
                    {Controller::CPUACCT, accounting},
                    {Controller::CPUSET, "/svc"}};
    return {fake, mounts, paths};
}

} // namespace

TEST_CASE("without limits a cgroup bounds nothing", "[cgroup]")
{
    const auto fake = TwoLevels();
    CHECK_FALSE(GroupOf(fake).Memory(MACHINE));
    CHECK(GroupOf(fake).Quotas().empty());
    CHECK_FALSE(GroupOf(fake).Cpus());
    CHECK_FALSE(Cgroup(fake).Memory(MACHINE));
    CHECK(Cgroup(fake).Quotas().empty());
}

TEST_CASE("the limit of a level above counts, less what is in use and not cache", "[cgroup]")
{
    auto fake = TwoLevels();
    fake.files["/cg/web/memory.max"] = "1000\n";
    fake.files["/cg/web/memory.current"] = "700\n";
    fake.files["/cg/web/memory.stat"] = "anon 500\ninactive_file 150\n";
    const Cgroup cgroup = GroupOf(fake);
    REQUIRE(cgroup.Memory(MACHINE));
    CHECK(cgroup.Memory(MACHINE)->limit == 1000);
    CHECK(cgroup.Memory(MACHINE)->free == 1000 - (700 - 150));
    CHECK(cgroup.Memory(MACHINE)->freeFrom == "memory.max of cgroup /web");

    fake.files["/cg/web/one/memory.max"] = "320\n";
    CHECK(cgroup.Memory(MACHINE)->limit == 320);
    CHECK(cgroup.Memory(MACHINE)->free == 20);
    CHECK(cgroup.Memory(MACHINE)->limitFrom == "memory.max of cgroup /web/one");

    fake.files["/cg/web/one/memory.current"] = "330\n"; // just above: reclaim is under way
    CHECK(cgroup.Memory(MACHINE)->free == 0);
}

TEST_CASE("page cache that was read twice and slab that can be reclaimed are free", "[cgroup]")
{
    auto fake = TwoLevels();
    const auto mib = [](std::uint64_t n) { return std::to_string(n * MIB) + "\n"; };
    fake.files["/cg/web/one/memory.max"] = mib(1024);
    fake.files["/cg/web/one/memory.current"] = mib(1000);
    fake.files["/cg/web/one/memory.stat"] = "anon 157286400\ninactive_file " + mib(100) +
                                            "active_file " + mib(700) + "slab_reclaimable " +
                                            mib(50) + "slab_unreclaimable " + mib(9);
    CHECK(GroupOf(fake).Memory(MACHINE)->free == (24 + 100 + 700 + 50) * MIB);

    // The kernel never expects to free all of it: of the machine's 16 GiB it keeps 80 MiB back, so
    // 5 MiB of this gigabyte, once of the cache and once of the slab.
    fake.files["/proc/sys/vm/min_free_kbytes"] = std::to_string(64 * 1024) + "\n";
    CHECK(GroupOf(fake).Memory(MACHINE)->free == (24 + 800 - 5 + 50 - 5) * MIB);

    // Where there is little, half of it.
    fake.files["/cg/web/one/memory.stat"] = "active_file " + mib(4) + "slab_reclaimable 0\n";
    CHECK(GroupOf(fake).Memory(MACHINE)->free == (24 + 2) * MIB);
}

TEST_CASE("memory.high bounds as memory.max does, at any level", "[cgroup]")
{
    auto fake = TwoLevels();
    fake.files["/cg/web/one/memory.high"] = "300\n";
    const auto throttled = GroupOf(fake).Memory(MACHINE);
    REQUIRE(throttled);
    CHECK(throttled->free == 0);
    CHECK(throttled->limit == 300);
    CHECK(throttled->freeFrom == "memory.high of cgroup /web/one");

    fake.files["/cg/web/one/memory.high"] = "max\n";
    fake.files["/cg/web/memory.max"] = "2000\n";
    fake.files["/cg/web/memory.high"] = "900\n";
    fake.files["/cg/web/memory.current"] = "500\n";
    CHECK(GroupOf(fake).Memory(MACHINE)->limit == 900);
    CHECK(GroupOf(fake).Memory(MACHINE)->free == 400);
    fake.files["/cg/web/memory.high"] = "5000\n"; // above the hard limit it says nothing
    CHECK(GroupOf(fake).Memory(MACHINE)->limit == 2000);
}

TEST_CASE("a group above that takes all leaves nothing to a group below its own limit", "[cgroup]")
{
    auto fake = TwoLevels();
    fake.files["/cg/web/one/memory.max"] = "1000\n";
    fake.files["/cg/web/memory.max"] = "8000\n";
    fake.files["/cg/web/memory.current"] = "7990\n";
    const auto bound = GroupOf(fake).Memory(MACHINE);
    CHECK(bound->free == 10);
    CHECK(bound->freeFrom == "memory.max of cgroup /web");
    CHECK(bound->limit == 1000);
    CHECK(bound->limitFrom == "memory.max of cgroup /web/one");
}

TEST_CASE("every quota counts, with the usage of its own level", "[cgroup]")
{
    auto fake = TwoLevels();
    fake.files["/cg/web/cpu.max"] = "50000 100000\n";
    fake.files["/cg/web/cpu.stat"] = "usage_usec 42\n";
    fake.files["/cg/cpu.max"] = "200000 100000\n"; // the root that a container sees
    const auto quotas = GroupOf(fake).Quotas();
    REQUIRE(quotas.size() == 2);
    CHECK(quotas[0].where == "cpu.max of cgroup /web");
    CHECK(quotas[0].cores == Approx(0.5));
    REQUIRE(quotas[0].used);
    CHECK(quotas[0].used->seconds.at(0) == Approx(42e-6));
    CHECK(quotas[1].where == "cpu.max of cgroup /");
    CHECK_FALSE(quotas[1].used); // not known
}

TEST_CASE("the CPUs of a group are those of the nearest level that says", "[cgroup]")
{
    auto fake = TwoLevels();
    fake.files["/cg/web/cpuset.cpus.effective"] = "0-1,4\n";
    CHECK(GroupOf(fake).Cpus() == CpuSet{0, 1, 4});
    fake.files["/cg/web/one/cpuset.cpus.effective"] = "4\n";
    CHECK(GroupOf(fake).Cpus() == CpuSet{4});
    fake.files["/cg/web/one/cpuset.cpus.effective"] = "\n";
    CHECK(GroupOf(fake).Cpus() == CpuSet{0, 1, 4});
}

TEST_CASE("version 1: limits of memory", "[cgroup]")
{
    test::FakeFiles fake;
    fake.files["/v1/memory/memory.limit_in_bytes"] = "9223372036854771712\n";
    fake.files["/v1/memory/memory.usage_in_bytes"] = "5000\n";
    fake.files["/v1/memory/svc/memory.limit_in_bytes"] = "9223372036854771712\n";
    fake.files["/v1/memory/svc/memory.usage_in_bytes"] = "700\n";
    CHECK_FALSE(LegacyGroupOf(fake).Memory(MACHINE));
    fake.files["/v1/memory/svc/memory.limit_in_bytes"] = "1000\n";
    fake.files["/v1/memory/svc/memory.stat"] = "active_file 1\ninactive_file 1\n"
                                               "total_inactive_file 100\ntotal_active_file 200\n";
    const auto bound = LegacyGroupOf(fake).Memory(MACHINE);
    REQUIRE(bound);
    CHECK(bound->free == 1000 - (700 - 300));
    CHECK(bound->limit == 1000);
    CHECK(bound->freeFrom == "memory.limit_in_bytes of cgroup /svc");

    fake.files["/v1/memory/memory.limit_in_bytes"] = "800\n";
    fake.files["/v1/memory/memory.usage_in_bytes"] = "800\n";
    CHECK(LegacyGroupOf(fake).Memory(MACHINE)->free == 0);
    fake.files["/v1/memory/memory.use_hierarchy"] = "0\n"; // it does not count what is below
    CHECK(LegacyGroupOf(fake).Memory(MACHINE)->limit == 1000);
}

TEST_CASE("version 1: quotas, and CPU time that another controller counts", "[cgroup]")
{
    test::FakeFiles fake;
    fake.files["/v1/cpu/svc/cpu.cfs_quota_us"] = "-1\n";
    fake.files["/v1/cpu/svc/cpu.cfs_period_us"] = "100000\n";
    fake.files["/v1/cpuset/svc/cpuset.cpus"] = "0-7\n";
    fake.files["/v1/cpuset/svc/cpuset.effective_cpus"] = "0-1\n";
    CHECK(LegacyGroupOf(fake).Quotas().empty());
    CHECK(LegacyGroupOf(fake).Cpus() == CpuSet{0, 1});
    fake.files["/v1/cpu/svc/cpu.cfs_quota_us"] = "10000\n";
    fake.files["/v1/cpuacct/svc/cpuacct.usage"] = "1500000000\n";
    auto quotas = LegacyGroupOf(fake).Quotas();
    REQUIRE(quotas.size() == 1);
    CHECK(quotas[0].cores == Approx(0.1));
    CHECK(quotas[0].used->seconds.at(0) == Approx(1.5));
    CHECK(quotas[0].where == "cpu.cfs_quota_us of cgroup /svc");

    SECTION("which has the process in another group: then it is summed over processes")
    {
        const std::string stat = " (x) S 1 5 5 0 -1 4194560 1021 2 3 0 71 29 0 0 20 0 1 0 100 1";
        fake.files["/v1/cpu/svc/cgroup.procs"] = "7\n";
        fake.files["/v1/cpu/svc/below/cgroup.procs"] = "8\n";
        fake.files["/proc/7/stat"] = "7" + stat;
        fake.files["/proc/8/stat"] = "8" + stat;
        quotas = LegacyGroupOf(fake, "/elsewhere").Quotas();
        REQUIRE(quotas[0].used);
        CHECK(quotas[0].used->seconds.size() == 2);
        CHECK(quotas[0].used->seconds.at(8) == Approx(1.0)); // 100 ticks
        fake.files["/v1/cpu/svc/cgroup.procs"] = "";
        fake.files["/v1/cpu/svc/below/cgroup.procs"] = "";
        CHECK_FALSE(LegacyGroupOf(fake, "/elsewhere").Quotas()[0].used);
    }
}

TEST_CASE("used time is compared by what both counts have", "[cgroup]")
{
    const UsedTime from{{{1, 1.0}, {2, 5.0}, {3, 7.0}}};
    const UsedTime to{{{1, 1.5}, {3, 6.0}, {4, 9.0}}};
    CHECK(UsedTime::Between(from, to).value() == Approx(0.5));
    CHECK_FALSE(UsedTime::Between({{{0, 9.0}}}, {{{0, 1.0}}}));
    CHECK_FALSE(UsedTime::Between({}, to));
}

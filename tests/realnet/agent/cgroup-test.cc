#include "realnet/agent/cgroup.h"
#include "tests/catch.h"
#include "tests/realnet/agent/fake-files.h"

using namespace sonda;

namespace
{

test::FakeFiles
TwoLevels()
{
    test::FakeFiles fake;
    fake.files["/proc/self/mounts"] = "cgroup2 /cg cgroup2 rw 0 0\n";
    fake.files["/proc/self/cgroup"] = "0::/web/one\n";
    fake.files["/cg/web/one/memory.max"] = "max\n";
    fake.files["/cg/web/one/memory.current"] = "300\n";
    fake.files["/cg/web/one/cpu.max"] = "max 100000\n";
    return fake;
}

} // namespace

TEST_CASE("without limits a cgroup bounds nothing", "[cgroup]")
{
    const auto fake = TwoLevels();
    const Cgroup cgroup(fake);
    CHECK_FALSE(cgroup.Memory());
    CHECK_FALSE(cgroup.Quota());
    const test::FakeFiles nothing;
    CHECK_FALSE(Cgroup(nothing).Memory());
}

TEST_CASE("the limit of a level above counts, less what is in use and not cache", "[cgroup]")
{
    auto fake = TwoLevels();
    fake.files["/cg/web/memory.max"] = "1000\n";
    fake.files["/cg/web/memory.current"] = "700\n";
    fake.files["/cg/web/memory.stat"] = "anon 500\ninactive_file 150\n";
    const Cgroup cgroup(fake);
    REQUIRE(cgroup.Memory());
    CHECK(cgroup.Memory()->limit == 1000);
    CHECK(cgroup.Memory()->free == 1000 - (700 - 150));

    fake.files["/cg/web/one/memory.max"] = "320\n";
    CHECK(cgroup.Memory()->limit == 320);
    CHECK(cgroup.Memory()->free == 20);

    fake.files["/cg/web/one/memory.current"] = "330\n"; // just above: reclaim is under way
    CHECK(cgroup.Memory()->free == 0);
}

TEST_CASE("the tightest CPU quota counts, with the usage of its own level", "[cgroup]")
{
    auto fake = TwoLevels();
    fake.files["/cg/web/cpu.max"] = "50000 100000\n";
    fake.files["/cg/web/cpu.stat"] = "usage_usec 42\n";
    fake.files["/cg/cpu.max"] = "200000 100000\n";
    fake.files["/cg/cpu.stat"] = "usage_usec 4242\n";
    const Cgroup cgroup(fake);
    const auto quota = cgroup.Quota();
    REQUIRE(quota);
    CHECK(quota->level == "/cg/web");
    CHECK(quota->cores == Approx(0.5));
    CHECK(quota->usedMicroseconds == 42U);
}

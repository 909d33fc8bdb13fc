#include "realnet/agent/cgroup-search.h"
#include "realnet/agent/cgroup-tree.h"
#include "realnet/agent/cgroup-wish.h"
#include "tests/catch.h"
#include "tests/realnet/agent/fake-files.h"

using namespace sonda;

namespace
{

constexpr const char* HYBRID = "tmpfs /sys/fs/cgroup tmpfs ro 0 0\n"
                               "cgroup2 /sys/fs/cgroup/unified cgroup2 rw,nosuid 0 0\n"
                               "cgroup /sys/fs/cgroup/systemd cgroup rw,xattr,name=systemd 0 0\n"
                               "cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0\n"
                               "cgroup /sys/fs/cgroup/memory cgroup rw,nosuid,memory 0 0\n";

} // namespace

TEST_CASE("mounts of both versions", "[cgroup]")
{
    const auto pure = ParseCgroupMounts("proc /proc proc rw 0 0\n"
                                        "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n");
    CHECK(pure.unified == "/sys/fs/cgroup");
    CHECK(pure.legacy.empty());
    const auto hybrid = ParseCgroupMounts(HYBRID);
    CHECK(hybrid.unified == "/sys/fs/cgroup/unified");
    CHECK(hybrid.named == "/sys/fs/cgroup/systemd");
    CHECK(hybrid.legacy.at(Controller::CPU) == "/sys/fs/cgroup/cpu,cpuacct");
    CHECK(hybrid.legacy.at(Controller::CPUACCT) == "/sys/fs/cgroup/cpu,cpuacct");
    CHECK(hybrid.legacy.at(Controller::MEMORY) == "/sys/fs/cgroup/memory");
    CHECK(hybrid.legacy.count(Controller::CPUSET) == 0);
    CHECK(ParseCgroupMounts("none /a\\040b\\134c cgroup2 rw 0 0\n").unified == "/a b\\c");
    CHECK_FALSE(ParseCgroupMounts("").unified);
    CHECK_FALSE(ParseCgroupMounts("cgroup2\n/x cgroup2\n").unified);
}

TEST_CASE("paths of both versions", "[cgroup]")
{
    const auto paths = ParseCgroupPaths("9:name=systemd:/init.scope\n"
                                        "4:memory:/docker/7f\n"
                                        "2:cpu,cpuacct:/a:b\n"
                                        "0::/web.service (deleted)\n");
    CHECK(paths.unified == "/web.service");
    CHECK(paths.legacy.at(Controller::MEMORY) == "/docker/7f");
    CHECK(paths.legacy.at(Controller::CPU) == "/a:b");
    CHECK(paths.legacy.at(Controller::CPUACCT) == "/a:b");
    CHECK(ParseCgroupPaths("").legacy.empty());
    CHECK_FALSE(ParseCgroupPaths("0:\n0\n::\n0::x\n").unified);
}

TEST_CASE("levels go from the group to the root of the tree that has the controller", "[cgroup]")
{
    const auto mounts = ParseCgroupMounts(HYBRID);
    const auto paths = ParseCgroupPaths("4:memory:/a/b\n2:cpu,cpuacct:/\n0::/x/y\n");
    const auto memory = LevelsOf(Controller::MEMORY, mounts, paths);
    REQUIRE(memory);
    CHECK_FALSE(memory->isUnified);
    CHECK(memory->paths == std::vector<std::string>{"/a/b", "/a", ""});
    CHECK(memory->Folder(memory->paths[1]) == "/sys/fs/cgroup/memory/a");
    CHECK(LevelsOf(Controller::CPU, mounts, paths)->paths == std::vector<std::string>{""});
    // No tree of version 1 has it, so it is the other one's.
    CHECK(LevelsOf(Controller::CPUSET, mounts, paths)->isUnified);
    CHECK_FALSE(LevelsOf(Controller::CPU, mounts, {}));
    CHECK_FALSE(LevelsOf(Controller::CPU, {}, paths));
    // The process is in a group that its cgroup namespace does not show.
    const auto outside = ParseCgroupPaths("0::/../other\n4:memory:/..\n");
    CHECK_FALSE(LevelsOf(Controller::CPUSET, mounts, outside));
    CHECK_FALSE(LevelsOf(Controller::MEMORY, mounts, outside));
    CHECK(LevelsOf(Controller::CPUSET, mounts, ParseCgroupPaths("0::/..name\n")));
}

TEST_CASE("what two groups have in common", "[cgroup]")
{
    const auto common = [](const std::string& one, const std::string& other)
    {
        return CommonAncestor(ParseCgroupPaths("0::" + one + "\n4:memory:" + one + "\n"),
                              ParseCgroupPaths("0::" + other + "\n4:memory:" + other + "\n"));
    };
    CHECK(common("/a/b", "/a/c").unified == "/a");
    CHECK(common("/a/b", "/a/c").legacy.at(Controller::MEMORY) == "/a");
    CHECK(common("/a/b", "/a/b").unified == "/a/b");
    CHECK(common("/a/b", "/a/bc").unified == "/a");
    CHECK(common("/a/b", "/a/b/c").unified == "/a/b");
    CHECK(common("/a", "/b").unified == "/");
    CHECK(common("/", "/b").unified == "/");
    CHECK_FALSE(CommonAncestor({}, ParseCgroupPaths("0::/a\n")).unified);
}

TEST_CASE("a group is found by its id, a unit by its name", "[cgroup]")
{
    test::FakeFiles fake;
    const CgroupMounts mounts{"/cg", {}, {}};
    fake.files["/cg/system.slice/web.service/cpu.max"] = "max 100000\n";
    fake.files["/cg/user.slice/user-1.slice/app.scope/cpu.max"] = "max 100000\n";
    CHECK(FindUnit(fake, mounts, "web.service") == "/system.slice/web.service");
    CHECK(FindUnit(fake, mounts, "app.scope") == "/user.slice/user-1.slice/app.scope");
    CHECK_FALSE(FindUnit(fake, mounts, "db.service"));
    CHECK_FALSE(FindGroup(fake, mounts, 77)); // the tree is none of the kernel's
    fake.groups = {{"/cg", 1}, {"/cg/system.slice", 5}, {"/cg/system.slice/web.service", 77}};
    CHECK(FindGroup(fake, mounts, 77) == "/system.slice/web.service");
    CHECK(FindGroup(fake, mounts, 1) == "/");
    CHECK_FALSE(FindGroup(fake, mounts, 78));
    CHECK_FALSE(FindGroup(fake, {}, 77));
}

TEST_CASE("a path may be written with its mount point", "[cgroup]")
{
    const auto mounts = ParseCgroupMounts(HYBRID);
    CHECK(BelowMount(mounts, "/system.slice/web.service") == "/system.slice/web.service");
    CHECK(BelowMount(mounts, "/sys/fs/cgroup/memory/web") == "/web");
    CHECK(BelowMount(mounts, "/sys/fs/cgroup/unified") == "/");
    CHECK(BelowMount(mounts, "/sys/fs/cgroup/memory2/web") == "/sys/fs/cgroup/memory2/web");
    CHECK(BelowMount({}, "/") == "/");
}

TEST_CASE("whose limits: the option's values", "[cgroup]")
{
    using Kind = CgroupWish::Kind;
    CHECK(ParseCgroupWish("server")->kind == Kind::SERVER);
    CHECK(ParseCgroupWish("own")->kind == Kind::OWN);
    CHECK(ParseCgroupWish("none")->kind == Kind::NONE);
    CHECK(*ParseCgroupWish("//system.slice///web.service/") ==
          CgroupWish{Kind::PATH, "/system.slice/web.service"});
    CHECK(*ParseCgroupWish("/") == CgroupWish{Kind::PATH, "/"});
    CHECK(*ParseCgroupWish("app@1.service") == CgroupWish{Kind::UNIT, "app@1.service"});
    CHECK(*ParseCgroupWish("web.slice") == CgroupWish{Kind::UNIT, "web.slice"});
    for (const char* wrong : {"",
                              "Server",
                              "nginx",
                              ".service",
                              "web.socket",
                              "a b.service",
                              "web.service/x",
                              "../x",
                              "/a/../b",
                              "/..",
                              "/a/./b",
                              "/a\n.service"})
    {
        INFO(wrong);
        CHECK_FALSE(ParseCgroupWish(wrong));
    }
    CHECK(ParseCgroupWish("nginx").GetError().message.find("a unit: a name that ends with") !=
          std::string::npos);
}

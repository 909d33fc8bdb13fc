#include "realnet/agent/server-group.h"
#include "tests/catch.h"
#include "tests/realnet/agent/fake-files.h"

using namespace sonda;
using Kind = CgroupWish::Kind;
using std::chrono::seconds;

namespace
{

Instant
At(int s)
{
    return Instant(seconds(s));
}

/** A machine with a tree of version 2, the agent in its own unit; tests say who listens. */
struct Host : test::FakeFiles
{
    Host()
    {
        files["/proc/self/mounts"] = "cgroup2 /cg cgroup2 rw 0 0\n";
        files["/proc/self/cgroup"] = "0::/system.slice/agent.service\n";
        AddGroup("", 1);
        AddGroup("/init.scope", 2);
        AddGroup("/system.slice", 3);
        AddGroup("/system.slice/agent.service", 4);
        AddGroup("/system.slice/web@1.service", 5);
        AddGroup("/system.slice/web@2.service", 6);
    }

    void
    AddGroup(const std::string& path, std::uint64_t id)
    {
        groups["/cg" + path] = id;
        files["/cg" + path + "/cgroup.procs"] = "";
    }

    ServerGroup
    Group(Kind kind = Kind::SERVER, const std::string& name = {})
    {
        return {*this, {kind, name}, {"10.0.0.7", 80}, [this] { return listeners; }};
    }

    Expected<std::vector<Listener>> listeners{std::vector<Listener>{}};
};

} // namespace

TEST_CASE("the group of the socket that listens counts, not the agent's", "[group]")
{
    Host host;
    host.listeners = std::vector<Listener>{{100, 9, 5}};
    auto group = host.Group();
    const GroupChoice& choice = group.Get(At(0));
    CHECK(choice.paths.unified == "/system.slice/web@1.service");
    CHECK_FALSE(choice.isOwn);
    CHECK_FALSE(choice.isDoubtful);
    CHECK(choice.what == "those of cgroup /system.slice/web@1.service");
    CHECK(choice.why == "that of who listens at 10.0.0.7:80");
}

TEST_CASE("listeners in several groups have in common what is above them", "[group]")
{
    Host host;
    host.listeners = std::vector<Listener>{{100, 9, 5}, {101, 10, 6}};
    CHECK(host.Group().Get(At(0)).paths.unified == "/system.slice");
}

TEST_CASE("a server that starts, and starts anew, is followed", "[group]")
{
    Host host;
    auto group = host.Group();
    CHECK(group.Get(At(0)).isOwn); // not started yet
    CHECK_FALSE(group.Get(At(0)).isDoubtful);
    CHECK(group.Get(At(0)).paths.unified == "/system.slice/agent.service");
    host.listeners = std::vector<Listener>{{100, 9, 5}};
    CHECK(group.Get(At(2)).paths.unified == "/system.slice/web@1.service");
    CHECK(group.Changes() == 2);
    CHECK(group.Get(At(4)).paths.unified == "/system.slice/web@1.service");
    CHECK(group.Changes() == 2);
    // The unit is restarted: its group is made anew, with another id.
    host.Remove("/cg/system.slice/web@1.service");
    host.listeners = std::vector<Listener>{};
    CHECK(group.Get(At(6)).isOwn);
    host.AddGroup("/system.slice/web@1.service", 50);
    host.listeners = std::vector<Listener>{{200, 19, 50}};
    CHECK(group.Get(At(8)).paths.unified == "/system.slice/web@1.service");
}

TEST_CASE("a listener in a group that cannot be seen is in no group of ours", "[group]")
{
    Host host; // a container: the root that it sees is its own group, the server is a sidecar
    host.files["/proc/self/cgroup"] = "0::/\n";
    host.listeners = std::vector<Listener>{{100, 9, 4711}};
    const auto choice = host.Group().Get(At(0));
    CHECK_FALSE(choice.paths.unified);
    CHECK(choice.isDoubtful);
    CHECK(choice.why.find("cannot be seen from here") != std::string::npos);
}

TEST_CASE("a socket made by systemd tells nothing of the service", "[group]")
{
    Host host;
    host.listeners = std::vector<Listener>{{100, 9, 2}};
    auto group = host.Group();
    CHECK(group.Get(At(0)).isDoubtful);
    CHECK_FALSE(group.Get(At(0)).paths.unified);
    CHECK(group.Get(At(0)).why.find("made by systemd") != std::string::npos);
    // The service has not started yet: process 1 alone has the socket.
    host.files["/proc/1/cgroup"] = "0::/init.scope\n";
    host.files["/proc/1/fd/x"] = "";
    host.links["/proc/1/fd"] = {"socket:[9]"};
    CHECK(group.Get(At(30)).isDoubtful);
    // Where /proc shows who holds it, it is known; process 1 keeps it, too.
    host.files["/proc/1/cgroup"] = "0::/init.scope\n";
    host.files["/proc/1/fd/x"] = host.files["/proc/44/fd/x"] = "";
    host.links["/proc/1/fd"] = host.links["/proc/44/fd"] = {"pipe:[9]", "socket:[9]"};
    host.files["/proc/44/cgroup"] = "0::/system.slice/web@2.service\n";
    CHECK(group.Get(At(60)).paths.unified == "/system.slice/web@2.service");
    CHECK_FALSE(group.Get(At(60)).isDoubtful);
}

TEST_CASE("an old kernel tells no group: the agent's own, and a warning", "[group]")
{
    Host host;
    host.listeners = std::vector<Listener>{{100, 9, std::nullopt}};
    CHECK(host.Group().Get(At(0)).isOwn);
    CHECK(host.Group().Get(At(0)).isDoubtful);
    host.listeners = Error{"no sock_diag"};
    CHECK(host.Group().Get(At(0)).isOwn);
    CHECK(host.Group().Get(At(0)).isDoubtful);
    CHECK(host.Group().Get(At(0)).why.find("no sock_diag") != std::string::npos);
}

TEST_CASE("version 1: the processes in the socket's group tell where the limits are", "[group]")
{
    Host host;
    host.files["/proc/self/mounts"] += "cgroup /v1/memory cgroup rw,memory 0 0\n"
                                       "cgroup /v1/cpu cgroup rw,cpu,cpuacct 0 0\n";
    host.files["/proc/self/cgroup"] += "4:memory:/small\n2:cpu,cpuacct:/small\n";
    host.files["/cg/system.slice/web@1.service/cgroup.procs"] = "44\n45\n";
    host.files["/proc/44/cgroup"] =
        "4:memory:/m/one\n2:cpu,cpuacct:/c\n0::/system.slice/web@1.service\n";
    host.files["/proc/45/cgroup"] =
        "4:memory:/m/two\n2:cpu,cpuacct:/c\n0::/system.slice/web@1.service\n";
    host.listeners = std::vector<Listener>{{100, 9, 5}};
    const auto choice = host.Group().Get(At(0));
    CHECK(choice.paths.legacy.at(Controller::MEMORY) == "/m");
    CHECK(choice.paths.legacy.at(Controller::CPU) == "/c");
    CHECK_FALSE(choice.isOwn);
    // All are in the root of version 2, as on a machine without it: it tells nothing.
    host.listeners = std::vector<Listener>{{100, 9, 1}};
    CHECK(host.Group().Get(At(0)).isOwn);
    CHECK(host.Group().Get(At(0)).isDoubtful);
}

TEST_CASE("a group that is named counts, as soon as it is there", "[group]")
{
    Host host;
    host.listeners = std::vector<Listener>{{100, 9, 5}};
    CHECK(host.Group(Kind::UNIT, "web@2.service").Get(At(0)).paths.unified ==
          "/system.slice/web@2.service");
    CHECK(host.Group(Kind::PATH, "/cg/system.slice").Get(At(0)).paths.unified == "/system.slice");
    CHECK(host.Group(Kind::OWN).Get(At(0)).paths.unified == "/system.slice/agent.service");
    CHECK_FALSE(host.Group(Kind::NONE).Get(At(0)).paths.unified);

    auto group = host.Group(Kind::UNIT, "db.service");
    CHECK(group.Get(At(0)).isDoubtful);
    CHECK_FALSE(group.Get(At(0)).paths.unified);
    host.AddGroup("/system.slice/db.service", 70);
    CHECK(group.Get(At(20)).paths.unified == "/system.slice/db.service");
    host.Remove("/cg/system.slice/db.service");
    CHECK(group.Get(At(22)).isDoubtful);
    group.SetWish({Kind::OWN, {}});
    CHECK(group.Get(At(22)).isOwn);
}

TEST_CASE("the CPUs of the server's processes count, not those of the agent", "[group]")
{
    Host host;
    host.listeners = std::vector<Listener>{{100, 9, 5}};
    host.files["/cg/system.slice/web@1.service/cgroup.procs"] = "44\n45\n0\n";
    host.files["/proc/44/status"] = "Name:\tweb\nCpus_allowed:\t1\nCpus_allowed_list:\t0\n";
    host.files["/proc/45/status"] = "Name:\tweb\nCpus_allowed_list:\t2-3\n";
    CHECK(host.Group().Get(At(0)).cpus == CpuSet{0, 2, 3});
    CHECK_FALSE(host.Group(Kind::OWN).Get(At(0)).cpus);
}

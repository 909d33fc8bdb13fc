#include "realnet/proxy/backlog.h"
#include "tests/catch.h"
#include "tests/realnet/agent/fake-files.h"

using namespace sonda;

TEST_CASE("losses of the backlog are found by name", "[backlog]")
{
    const auto losses = ParseBacklogLosses("MptcpExt: ListenOverflows ListenDrops\n"
                                           "MptcpExt: 8 9\n"
                                           "TcpExt: SyncookiesSent ListenOverflows ListenDrops\n"
                                           "TcpExt: 1 17 23\n");
    REQUIRE(losses);
    CHECK(losses->overflows == 17);
    CHECK(losses->drops == 23);
}

TEST_CASE("a text without losses of the backlog yields nothing", "[backlog]")
{
    CHECK_FALSE(ParseBacklogLosses(""));
    CHECK_FALSE(ParseBacklogLosses("TcpExt: A B\nTcpExt: 1 2\n"));
    CHECK_FALSE(ParseBacklogLosses("TcpExt: ListenOverflows ListenDrops\nTcpExt: 1\n"));
}

TEST_CASE("losses of the backlog count from the start, and stay while nobody tells", "[backlog]")
{
    constexpr const char* file = "/proc/net/netstat";
    const std::string names = "TcpExt: ListenOverflows ListenDrops\n";
    test::FakeFiles kernel;
    kernel.files[file] = names + "TcpExt: 17 23\n";
    BacklogLossMeter meter(kernel);
    CHECK(meter.Read().overflows == 0);
    kernel.files[file] = names + "TcpExt: 20 27\n";
    CHECK(meter.Read().drops == 4);
    kernel.files.clear();
    CHECK(meter.Read().overflows == 3);
    CHECK(meter.Read().drops == 4);
    kernel.files[file] = names + "TcpExt: 21 28\n";
    CHECK(meter.Read().overflows == 4);
}

TEST_CASE("a kernel that tells late has lost nobody before", "[backlog]")
{
    test::FakeFiles kernel;
    BacklogLossMeter meter(kernel);
    CHECK(meter.Read().overflows == 0);
    kernel.files["/proc/net/netstat"] = "TcpExt: ListenOverflows ListenDrops\nTcpExt: 17 23\n";
    CHECK(meter.Read().overflows == 0);
    CHECK(meter.Read().drops == 0);
}

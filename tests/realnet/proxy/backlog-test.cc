#include "realnet/proxy/backlog.h"
#include "tests/catch.h"

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

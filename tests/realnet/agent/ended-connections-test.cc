#include "realnet/agent/ended-connections.h"
#include "tests/catch.h"
#include "tests/realnet/agent/tcp-pair.h"

#include <optional>
#include <poll.h>

using namespace sonda;
using namespace sonda::test;

namespace
{

std::uint32_t
WaitFor(EndedConnections& endings, std::uint32_t wanted)
{
    std::uint32_t ended = 0;
    while (ended < wanted)
    {
        pollfd waiting{endings.Handle(), POLLIN, 0};
        REQUIRE(poll(&waiting, 1, 5000) == 1);
        ended += endings.Take();
    }
    return ended;
}

} // namespace

TEST_CASE("the kernel tells of a connection that ends, whichever side began", "[endings]")
{
    const TcpServer server("127.0.0.31");
    auto endings = EndedConnections::Open(server.at.ToEndpoint());
    REQUIRE(endings);
    CHECK(endings->Take() == 0);
    TcpPair one(server);
    TcpPair two(server);
    one.client.Close();
    one.server.Close();
    CHECK(WaitFor(*endings, 1) == 1);
    two.server.Close();
    two.client.Close();
    CHECK(WaitFor(*endings, 1) == 1);
    CHECK(endings->Take() == 0);
}

TEST_CASE("other servers' connections and a listener's end are not told of", "[endings]")
{
    std::optional<TcpServer> server(std::in_place, "127.0.0.32");
    const TcpServer neighbour("127.0.0.33");
    auto endings = EndedConnections::Open(server->at.ToEndpoint());
    REQUIRE(endings);
    TcpPair other(neighbour);
    other.client.Close();
    other.server.Close();
    TcpPair own(*server);
    server->listener.Close();
    own.client.Close();
    own.server.Close();
    // The kernel tells in order, so what came before the last ending has been looked at.
    CHECK(WaitFor(*endings, 1) == 1);
    CHECK(endings->Take() == 0);
}

TEST_CASE("what the kernel had to drop counts as an ending", "[endings]")
{
    const TcpServer server("127.0.0.34");
    auto endings = EndedConnections::Open(server.at.ToEndpoint());
    REQUIRE(endings);
    const int least = 1; // the kernel makes the least possible of it
    REQUIRE(setsockopt(endings->Handle(), SOL_SOCKET, SO_RCVBUF, &least, sizeof(least)) == 0);
    constexpr std::uint32_t many = 200;
    for (std::uint32_t i = 0; i < many; ++i)
    {
        TcpPair pair(server);
        pair.client.Close();
        pair.server.Close();
    }
    const std::uint32_t told = WaitFor(*endings, 1);
    CHECK(told >= 1);
    CHECK(told < many); // else nothing was dropped, and the test shows nothing
}

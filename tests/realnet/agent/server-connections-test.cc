#include "realnet/agent/server-connections.h"
#include "realnet/common/clock.h"
#include "tests/catch.h"
#include "tests/realnet/agent/tcp-pair.h"

#include <vector>

using namespace sonda;
using namespace sonda::test;

namespace
{

struct Fall
{
    std::uint32_t before;
    std::uint32_t after;
};

/** A server, its connections and what was told of them. */
struct Bench
{
    Bench(const std::string& address, Duration period)
        : server(address),
          connections(io,
                      server.at.ToEndpoint(),
                      period,
                      [this](std::uint32_t before, std::uint32_t after)
                      {
                          falls.push_back({before, after});
                          io.stop();
                      })
    {
    }

    /** Works until a fall is told of, at most for that time. \return whether one was */
    bool
    WaitFall(Duration most = std::chrono::seconds(5))
    {
        const auto before = falls.size();
        io.restart();
        io.run_for(most);
        return falls.size() > before;
    }

    asio::io_context io;
    TcpServer server;
    std::vector<Fall> falls;
    ServerConnections connections;
};

void
End(TcpPair& pair)
{
    pair.client.Close();
    pair.server.Close();
}

} // namespace

TEST_CASE("a count serves for a period", "[connections]")
{
    Bench bench("127.0.0.41", std::chrono::seconds(1));
    const Instant now = Now();
    CHECK(bench.connections.Count(now) == 0U);
    const TcpPair pair(bench.server);
    CHECK(bench.connections.Count(now + std::chrono::milliseconds(999)) == 0U);
    CHECK(bench.connections.Count(now + std::chrono::seconds(1)) == 1U);
}

TEST_CASE("each fall is told of while somebody watches", "[connections]")
{
    Bench bench("127.0.0.42", std::chrono::microseconds(1));
    TcpPair one(bench.server);
    TcpPair two(bench.server);
    TcpPair three(bench.server);
    TcpPair four(bench.server);
    End(one); // nobody watches
    bench.connections.Watch(true);
    bench.connections.Watch(true);
    End(two);
    REQUIRE(bench.WaitFall());
    CHECK(bench.falls.back().before == 3);
    CHECK(bench.falls.back().after == 2);
    End(three);
    REQUIRE(bench.WaitFall());
    CHECK(bench.falls.back().before == 2);
    CHECK(bench.falls.back().after == 1);
    bench.connections.Watch(false);
    End(four);
    CHECK_FALSE(bench.WaitFall(std::chrono::milliseconds(50)));
    bench.connections.Watch(true);
    TcpPair five(bench.server);
    End(five);
    REQUIRE(bench.WaitFall());
    CHECK(bench.falls.back().before == 1);
    CHECK(bench.falls.back().after == 0);
}

TEST_CASE("ends within a period are told of together, when it is over", "[connections]")
{
    constexpr Duration period = std::chrono::milliseconds(200);
    Bench bench("127.0.0.43", period);
    TcpPair one(bench.server);
    TcpPair two(bench.server);
    TcpPair three(bench.server);
    const Instant start = Now();
    bench.connections.Watch(true); // which counts, too
    End(one);
    End(two);
    REQUIRE(bench.WaitFall());
    CHECK(Now() - start >= period);
    CHECK(bench.falls.size() == 1);
    CHECK(bench.falls.back().before == 3);
    CHECK(bench.falls.back().after == 1);
}

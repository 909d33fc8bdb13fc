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
                      files,
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
    SystemFiles files;
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

TEST_CASE("the kernel's table is walked through again only when something has changed",
          "[connections]")
{
    struct Silent : SystemFiles
    {
        std::optional<std::string>
        Read(const std::string&) const override
        {
            return text;
        }

        void
        Say(int passiveOpens, int established, int segments)
        {
            text = "Tcp: ActiveOpens PassiveOpens CurrEstab InSegs\nTcp: 1 " +
                   std::to_string(passiveOpens) + " " + std::to_string(established) + " " +
                   std::to_string(segments) + "\n";
        }

        std::optional<std::string> text;
    } files;

    asio::io_context io;
    TcpServer server("127.0.0.44");
    ServerConnections connections(io,
                                  files,
                                  server.at.ToEndpoint(),
                                  std::chrono::microseconds(1),
                                  [](std::uint32_t, std::uint32_t) {});
    const auto walksAt = [&](int seconds)
    {
        connections.Count(Instant(std::chrono::seconds(seconds)));
        return connections.Walks();
    };
    files.Say(5, 2000, 100);
    CHECK(walksAt(1000) == 1);
    CHECK(walksAt(1050) == 1); // not a segment came
    files.Say(5, 2000, 101);
    CHECK(walksAt(1051) == 2); // other traffic: the last walk is too old for that
    files.Say(5, 2000, 102);
    CHECK(walksAt(1053) == 2);
    CHECK(walksAt(1057) == 3);
    files.Say(6, 2000, 103);
    CHECK(walksAt(1058) == 4);
    files.Say(6, 1999, 104);
    CHECK(walksAt(1059) == 5);
    CHECK(walksAt(1200) == 6); // should the counters lie
    files.text.reset();        // no counters: each time
    CHECK(walksAt(1201) == 7);
    CHECK(walksAt(1202) == 8);

    // A connection that the server has half-closed ends without any counter telling.
    TcpPair pair(server);
    files.Say(7, 2000, 110);
    CHECK(walksAt(1203) == 9);
    REQUIRE(shutdown(pair.server.Get(), SHUT_WR) == 0);
    files.Say(7, 1999, 111);
    CHECK(walksAt(1204) == 10);
    CHECK(walksAt(1205) == 11);
}

TEST_CASE("without a listener in sight there is no count", "[connections]")
{
    Bench bench("127.0.0.45", std::chrono::microseconds(1));
    const Instant now = Now();
    CHECK(bench.connections.Count(now) == 0U);
    bench.server.listener.Close();
    CHECK_FALSE(bench.connections.Count(now + std::chrono::seconds(1)));
    bench.connections.Watch(true); // which asks the kernel for nothing
    CHECK_FALSE(bench.WaitFall(std::chrono::milliseconds(20)));
}

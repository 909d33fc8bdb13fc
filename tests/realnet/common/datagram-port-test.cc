#include "realnet/common/clock.h"
#include "realnet/common/datagram-port.h"
#include "tests/catch.h"

#include <string>
#include <vector>

using namespace sonda;

namespace
{

const Interface LOOPBACK{"lo", 1, "127.0.0.1"};

/** A port and a socket that sends to it. */
struct Bench
{
    Bench()
        : port(io, Open()),
          sender(Open())
    {
    }

    static UdpSocket
    Open()
    {
        auto socket = UdpSocket::Open("127.0.0.1", LOOPBACK);
        REQUIRE(socket);
        return std::move(*socket);
    }

    void
    Send(const std::string& bytes)
    {
        const std::uint16_t to = LocalAddress(port.Socket().Handle()).Port();
        REQUIRE_FALSE(sender.Send(bytes, "127.0.0.1", to));
    }

    /** Reads until so many have arrived, with a deadline. */
    void
    ReadUntil(std::size_t count)
    {
        const Instant deadline = Now() + std::chrono::seconds(5);
        while (arrived.size() < count && Now() < deadline)
        {
            io.run_one_for(std::chrono::milliseconds(100));
        }
        REQUIRE(arrived.size() == count);
    }

    void
    Start()
    {
        port.Start([this](const Datagram& datagram) { arrived.emplace_back(datagram.bytes); },
                   [this] { turns.push_back(arrived.size()); });
    }

    asio::io_context io;
    DatagramPort port;
    UdpSocket sender;
    std::vector<std::string> arrived;
    std::vector<std::size_t> turns; //!< how many had arrived at the end of each
};

} // namespace

TEST_CASE("what was there before the start and what comes later arrives once, in order", "[port]")
{
    Bench bench;
    bench.Send("one");
    bench.Send("two");
    bench.Start();
    bench.ReadUntil(2);
    bench.Send("three");
    bench.ReadUntil(3);
    CHECK(bench.arrived == std::vector<std::string>{"one", "two", "three"});
    CHECK(bench.turns.back() == 3);
}

TEST_CASE("after a row of datagrams others get their turn, and none is left behind", "[port]")
{
    Bench bench;
    constexpr auto most = static_cast<std::size_t>(DatagramPort::DATAGRAMS_PER_TURN);
    for (std::size_t i = 0; i < 2 * most + 5; ++i)
    {
        bench.Send(std::to_string(i));
    }
    bench.Start();
    bench.ReadUntil(2 * most + 5);
    CHECK(bench.turns == std::vector<std::size_t>{most, 2 * most, 2 * most + 5});
    CHECK(bench.arrived.back() == std::to_string(2 * most + 4));
}

TEST_CASE("a port that goes leaves nothing behind in the loop", "[port]")
{
    asio::io_context io;
    int taken = 0;
    {
        DatagramPort port(io, Bench::Open());
        port.Start([&](const Datagram&) { ++taken; }, [] {});
    }
    CHECK(io.run_for(std::chrono::milliseconds(20)) <= 1); // the waiting handler, told to end
    CHECK(taken == 0);
}

#include "realnet/common/clock.h"
#include "realnet/common/udp-socket.h"
#include "tests/catch.h"

#include <arpa/inet.h>
#include <poll.h>

using namespace sonda;

namespace
{

const Interface LOOPBACK{"lo", 1, "127.0.0.1"};

std::optional<Datagram>
Wait(UdpSocket& socket)
{
    pollfd waiting{socket.Handle(), POLLIN, 0};
    REQUIRE(poll(&waiting, 1, 5000) == 1);
    return socket.Receive();
}

/** Any free group port: the two sockets of a test must agree on one. */
std::uint16_t
FreePort()
{
    auto socket = UdpSocket::Open("127.0.0.1", LOOPBACK);
    REQUIRE(socket);
    sockaddr_in address{};
    socklen_t size = sizeof(address);
    REQUIRE(getsockname(socket->Handle(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return ntohs(address.sin_port);
}

} // namespace

TEST_CASE("what is sent to the group arrives at every member, with sender and time", "[udp]")
{
    const std::uint16_t port = FreePort();
    auto one = UdpSocket::OpenGroup("239.8.8.9", port, LOOPBACK);
    auto two = UdpSocket::OpenGroup("239.8.8.9", port, LOOPBACK);
    auto sender = UdpSocket::Open("127.0.0.5", LOOPBACK);
    REQUIRE(one);
    REQUIRE(two);
    REQUIRE(sender);
    const Instant before = Now();
    REQUIRE_FALSE(sender->Send("hello", "239.8.8.9", port));
    for (UdpSocket* member : {&*one, &*two})
    {
        const auto datagram = Wait(*member);
        REQUIRE(datagram);
        CHECK(datagram->bytes == "hello");
        CHECK(datagram->address == "127.0.0.5");
        // Two clocks are read one after the other: a microsecond of play.
        CHECK(datagram->arrival >= before - std::chrono::microseconds(1));
        CHECK(datagram->arrival <= Now());
        CHECK_FALSE(member->Receive());
    }
}

TEST_CASE("a datagram that is too long shows it", "[udp]")
{
    const std::uint16_t port = FreePort();
    auto member = UdpSocket::OpenGroup("239.8.8.9", port, LOOPBACK);
    auto sender = UdpSocket::Open("127.0.0.1", LOOPBACK);
    REQUIRE(member);
    REQUIRE(sender);
    REQUIRE_FALSE(sender->Send(std::string(60'000, 'x'), "239.8.8.9", port));
    const auto datagram = Wait(*member);
    REQUIRE(datagram);
    CHECK(datagram->bytes.size() > MAX_DATAGRAM_BYTES);
}

TEST_CASE("an address that is not ours cannot be bound", "[udp]")
{
    const auto socket = UdpSocket::Open("192.0.2.77", LOOPBACK);
    REQUIRE_FALSE(socket);
    CHECK(socket.GetError().message.find("192.0.2.77") != std::string::npos);
}

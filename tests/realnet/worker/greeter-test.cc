#include "realnet/common/tcp-options.h"
#include "realnet/relay/socket-events.h"
#include "realnet/worker/greeter.h"
#include "tests/catch.h"
#include "tests/realnet/relay/wire.h"

#include <array>
#include <cerrno>
#include <poll.h>
#include <string>
#include <sys/socket.h>

using namespace sonda;
using Outcome = Greeter::Outcome;

namespace
{

constexpr Duration PATIENCE = std::chrono::seconds(3);

std::shared_ptr<const RelaySettings>
Settings(ProxyProtocol version, Duration patience = PATIENCE)
{
    RelaySettings settings;
    settings.rules.connect = patience;
    settings.proxyProtocol = version;
    settings.trusted.push_back(*Network::Parse("10.0.0.0/8"));
    return std::make_shared<const RelaySettings>(settings);
}

Instant
At(int seconds)
{
    return Instant(std::chrono::seconds(seconds));
}

std::string
Text(const SocketAddress& address)
{
    return ToString(address.ToEndpoint());
}

/** A client at one end of a TCP connection, what the proxy has of it at the other. */
class Caller
{
  public:
    Caller()
        : connection(std::move(wire.near), SocketAddress("10.0.0.9", 4000), At(0))
    {
    }

    void
    Say(const std::string& bytes)
    {
        REQUIRE(send(wire.far.Get(), bytes.data(), bytes.size(), 0) ==
                static_cast<ssize_t>(bytes.size()));
        m_said += static_cast<int>(bytes.size());
    }

    /** Waits until all that was said is there. */
    void
    Hear()
    {
        const int client = connection.m_client.Get();
        REQUIRE(setsockopt(client, SOL_SOCKET, SO_RCVLOWAT, &m_said, sizeof(m_said)) == 0);
        Await(POLLIN);
    }

    /** Waits until the end is there, or a reset. */
    void
    HearEnd()
    {
        Await(POLLRDHUP);
    }

    /** \return what the proxy can still read. */
    std::string
    Rest() const
    {
        std::array<char, 4096> bytes;
        const ssize_t n = recv(connection.m_client.Get(), bytes.data(), bytes.size(), 0);
        return n > 0 ? std::string(bytes.data(), static_cast<std::size_t>(n)) : "";
    }

    test::Wire wire{128 * 1024};
    Connection connection;

  private:
    void
    Await(short events)
    {
        pollfd client{connection.m_client.Get(), events, 0};
        REQUIRE(poll(&client, 1, 10'000) == 1);
        connection.m_relay.OnEvents(Side::CLIENT,
                                    ToSocketEvents(static_cast<std::uint16_t>(client.revents)));
    }

    int m_said{0}; //!< bytes
};

const ProxiedEnds ENDS{SocketAddress("192.0.2.7", 51234), SocketAddress("192.0.2.1", 443)};

} // namespace

TEST_CASE("who is trusted must send a header", "[greeter]")
{
    const Greeter greeter(Settings(ProxyProtocol::OFF));
    Caller caller;
    CHECK(greeter.IsTrusted(caller.connection));
    caller.connection.m_source = SocketAddress("11.0.0.9", 4000);
    CHECK_FALSE(greeter.IsTrusted(caller.connection));
}

TEST_CASE("a header that comes byte by byte is taken whole, and nothing behind it", "[greeter]")
{
    const auto version = GENERATE(ProxyProtocol::V1, ProxyProtocol::V2);
    Greeter greeter(Settings(ProxyProtocol::OFF));
    Caller caller;
    greeter.Await(caller.connection, At(0));
    CHECK(greeter.Take(caller.connection) == Outcome::INCOMPLETE);
    const std::string header = MakeProxyHeader(version, ENDS);
    for (std::size_t i = 0; i + 1 < header.size(); ++i)
    {
        caller.Say(header.substr(i, 1));
        caller.Hear();
        REQUIRE(greeter.Take(caller.connection) == Outcome::INCOMPLETE);
    }
    CHECK(greeter.NextDue() == At(0) + PATIENCE);
    CHECK(Text(caller.connection.m_source) == "10.0.0.9:4000");
    caller.Say(header.substr(header.size() - 1) + "GET /");
    caller.Hear();
    CHECK(greeter.Take(caller.connection) == Outcome::TAKEN);
    CHECK(Text(caller.connection.m_source) == "192.0.2.7:51234");
    CHECK(Text(caller.connection.m_destination.value()) == "192.0.2.1:443");
    CHECK_FALSE(greeter.NextDue());
    CHECK(caller.Rest() == "GET /");
}

TEST_CASE("a header that names nobody leaves the client as it is", "[greeter]")
{
    Greeter greeter(Settings(ProxyProtocol::OFF));
    Caller caller;
    caller.Say(MakeOwnHeader(ProxyProtocol::V2));
    caller.Hear();
    CHECK(greeter.Take(caller.connection) == Outcome::TAKEN);
    CHECK(Text(caller.connection.m_source) == "10.0.0.9:4000");
    CHECK_FALSE(caller.connection.m_destination);
}

TEST_CASE("what is no header, or ends within it, is bad", "[greeter]")
{
    Greeter greeter(Settings(ProxyProtocol::OFF));
    Caller caller;
    SECTION("other bytes")
    {
        caller.Say("GET / HTTP/1.1\r\n\r\n");
        caller.Hear();
    }
    SECTION("the beginning of one, and the end")
    {
        caller.Say("PROXY TCP4 192.0");
        REQUIRE(shutdown(caller.wire.far.Get(), SHUT_WR) == 0);
        caller.HearEnd();
    }
    CHECK(greeter.Take(caller.connection) == Outcome::BAD);
}

TEST_CASE("a client that leaves without a byte is gone, however it leaves", "[greeter]")
{
    Greeter greeter(Settings(ProxyProtocol::OFF));
    Caller caller;
    CloseByReset(caller.wire.far.Get(), GENERATE(false, true));
    caller.wire.far.Close();
    caller.HearEnd();
    CHECK(greeter.Take(caller.connection) == Outcome::GONE);
}

TEST_CASE("who sends no header is due after the connect timeout", "[greeter]")
{
    Greeter greeter(Settings(ProxyProtocol::OFF));
    Caller early;
    Caller late;
    greeter.Await(early.connection, At(10));
    greeter.Await(late.connection, At(11));
    CHECK(greeter.NextDue() == At(13));
    CHECK(greeter.Due(At(12)) == nullptr);
    CHECK(greeter.Due(At(13)) == &early.connection);
    early.connection.m_begin.Leave();
    CHECK(greeter.NextDue() == At(14));

    // A reload shortens the time of those that wait, and lengthens nobody's.
    greeter.SetSettings(Settings(ProxyProtocol::OFF, std::chrono::seconds(1)), At(12));
    CHECK(greeter.NextDue() == At(13));
    greeter.SetSettings(Settings(ProxyProtocol::OFF, std::chrono::seconds(9)), At(12));
    CHECK(greeter.NextDue() == At(13));
}

TEST_CASE("servers get the header that the settings want", "[greeter]")
{
    Caller caller;
    test::Wire server{128 * 1024};
    caller.connection.m_server = std::move(server.near);
    caller.connection.m_source = ENDS.source;
    const auto sent = [&](ProxyProtocol version)
    {
        const Greeter greeter(Settings(version));
        REQUIRE(greeter.Greets() == (version != ProxyProtocol::OFF));
        REQUIRE(greeter.Send(caller.connection));
        std::array<char, 4096> bytes;
        const ssize_t n = recv(server.far.Get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        return n > 0 ? std::string(bytes.data(), static_cast<std::size_t>(n)) : "";
    };
    CHECK(sent(ProxyProtocol::OFF).empty());

    // Without a header of its own, the client came to the proxy's socket.
    const SocketAddress own = LocalAddress(caller.connection.m_client.Get());
    CHECK(own.Address() == "127.0.0.1");
    CHECK(sent(ProxyProtocol::V1) == MakeProxyHeader(ProxyProtocol::V1, {ENDS.source, own}));

    caller.connection.m_destination = ENDS.destination;
    CHECK(sent(ProxyProtocol::V1) == MakeProxyHeader(ProxyProtocol::V1, ENDS));
    CHECK(sent(ProxyProtocol::V2) == MakeProxyHeader(ProxyProtocol::V2, ENDS));
}

TEST_CASE("a header that cannot be sent says why", "[greeter]")
{
    const Greeter greeter(Settings(ProxyProtocol::V1));
    Caller caller;
    test::Wire server{128 * 1024};
    caller.connection.m_server = std::move(server.near);
    REQUIRE(shutdown(caller.connection.m_server.Get(), SHUT_WR) == 0);
    errno = 0;
    CHECK_FALSE(greeter.Send(caller.connection));
    CHECK(errno == EPIPE);
}

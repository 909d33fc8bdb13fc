#include "realnet/agent/connection-counter.h"
#include "realnet/common/descriptor.h"
#include "realnet/common/socket-address.h"
#include "tests/catch.h"

#include <array>
#include <cstring>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <vector>

using namespace sonda;

namespace
{

/** Appends a message as the kernel writes it: a socket at the address given as four words. */
void
Append(std::vector<std::byte>& answer,
       std::uint8_t family,
       std::array<std::uint32_t, 4> source,
       std::uint16_t port,
       std::uint16_t peer = 40000)
{
    struct
    {
        nlmsghdr header;
        inet_diag_msg body;
    } message{};
    message.header.nlmsg_len = sizeof(message);
    message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    message.body.idiag_family = family;
    message.body.id.idiag_sport = htons(port);
    message.body.id.idiag_dport = htons(peer);
    std::memcpy(message.body.id.idiag_src, source.data(), sizeof(source));
    const auto* bytes = reinterpret_cast<const std::byte*>(&message);
    answer.insert(answer.end(), bytes, bytes + sizeof(message));
}

} // namespace

TEST_CASE("the kernel's answer is counted by own address and port", "[connections]")
{
    const std::uint32_t seven = htonl(0x0A000007);
    std::vector<std::byte> answer;
    Append(answer, AF_INET, {seven, 0, 0, 0}, 80);
    Append(answer, AF_INET, {htonl(0x0A000008), 0, 0, 0}, 80);
    Append(answer, AF_INET, {seven, 0, 0, 0}, 81);
    Append(answer, AF_INET6, {0, 0, htonl(0xFFFF), seven}, 80); // mapped
    Append(answer, AF_INET6, {1, 0, htonl(0xFFFF), seven}, 80);
    Append(answer, AF_INET, {seven, 0, 0, 0}, 80, 0); // a listener that ended
    CHECK(ParseDiagAnswer(answer, {"10.0.0.7", 80}).matching == 2);
    CHECK_FALSE(ParseDiagAnswer(answer, {"10.0.0.7", 80}).last);
}

TEST_CASE("a cut or wrong answer is no answer", "[connections]")
{
    std::vector<std::byte> answer;
    Append(answer, AF_INET, {}, 80);
    answer.resize(answer.size() - 4);
    CHECK(ParseDiagAnswer(answer, {"10.0.0.7", 80}).failed);
    nlmsghdr error{sizeof(nlmsghdr), NLMSG_ERROR, 0, 0, 0};
    const auto* bytes = reinterpret_cast<const std::byte*>(&error);
    CHECK(ParseDiagAnswer({bytes, sizeof(error)}, {"10.0.0.7", 80}).failed);
    error.nlmsg_type = NLMSG_DONE;
    CHECK(ParseDiagAnswer({bytes, sizeof(error)}, {"10.0.0.7", 80}).last);
}

TEST_CASE("a connection by IPv4 to a server that listens by IPv6 is counted", "[connections]")
{
    const Descriptor listener(socket(AF_INET6, SOCK_STREAM, 0));
    const SocketAddress any("::", 0);
    REQUIRE(bind(listener.Get(), any.Raw(), any.Size()) == 0);
    REQUIRE(listen(listener.Get(), 5) == 0);
    const Endpoint server{"127.0.0.24", LocalAddress(listener.Get()).Port()};
    const Descriptor client(socket(AF_INET, SOCK_STREAM, 0));
    const SocketAddress to(server.address, server.port);
    REQUIRE(connect(client.Get(), to.Raw(), to.Size()) == 0);
    const auto count = CountConnections(server);
    if (!count)
    {
        WARN("the kernel does not offer sock_diag here: not tested");
        return;
    }
    CHECK(*count == 1);
}

TEST_CASE("a real connection is counted, at the address that it came to", "[connections]")
{
    const Descriptor listener(socket(AF_INET, SOCK_STREAM, 0));
    const SocketAddress any("127.0.0.21", 0);
    REQUIRE(bind(listener.Get(), any.Raw(), any.Size()) == 0);
    REQUIRE(listen(listener.Get(), 5) == 0);
    const SocketAddress address = LocalAddress(listener.Get());
    const Endpoint server = address.ToEndpoint();
    const auto before = CountConnections(server);
    if (!before)
    {
        WARN("the kernel does not offer sock_diag here: not tested");
        return;
    }
    CHECK(*before == 0);
    const Descriptor client(socket(AF_INET, SOCK_STREAM, 0));
    REQUIRE(connect(client.Get(), address.Raw(), address.Size()) == 0);
    CHECK(CountConnections(server) == 1U);
    CHECK(CountConnections({"127.0.0.22", server.port}) == 0U);
}

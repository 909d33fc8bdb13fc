#include "realnet/agent/connection-counter.h"
#include "realnet/agent/listeners.h"
#include "realnet/agent/sock-diag.h"
#include "tests/catch.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <vector>

using namespace sonda;

namespace
{

/** A socket at the address given as four words. */
DiagSocket
Socket(std::uint8_t family,
       std::array<std::uint32_t, 4> source,
       std::uint16_t port,
       std::uint8_t state = TCP_ESTABLISHED)
{
    DiagSocket socket;
    socket.base.idiag_family = family;
    socket.base.idiag_state = state;
    socket.base.idiag_inode = 7;
    socket.base.id.idiag_sport = htons(port);
    std::memcpy(socket.base.id.idiag_src, source.data(), sizeof(source));
    return socket;
}

/** Appends a message as the kernel writes it. */
void
Append(std::vector<std::byte>& answer, std::uint16_t type, const void* body, std::size_t bytes)
{
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_LENGTH(bytes));
    header.nlmsg_type = type;
    const auto* first = reinterpret_cast<const std::byte*>(&header);
    answer.insert(answer.end(), first, first + sizeof(header));
    const auto* second = static_cast<const std::byte*>(body);
    answer.insert(answer.end(), second, second + bytes);
}

const std::uint32_t SEVEN = htonl(0x0A000007);
const Endpoint SERVER{"10.0.0.7", 80};

} // namespace

TEST_CASE("connections are known by their own address and port", "[connections]")
{
    CHECK(OwnEndIs(Socket(AF_INET, {SEVEN, 0, 0, 0}, 80), SERVER));
    CHECK_FALSE(OwnEndIs(Socket(AF_INET, {htonl(0x0A000008), 0, 0, 0}, 80), SERVER));
    CHECK_FALSE(OwnEndIs(Socket(AF_INET, {SEVEN, 0, 0, 0}, 81), SERVER));
    CHECK(OwnEndIs(Socket(AF_INET6, {0, 0, htonl(0xFFFF), SEVEN}, 80), SERVER)); // mapped
    CHECK_FALSE(OwnEndIs(Socket(AF_INET6, {1, 0, htonl(0xFFFF), SEVEN}, 80), SERVER));
}

TEST_CASE("a connection counts until both directions have ended", "[connections]")
{
    const auto counted = [](std::uint8_t state, std::uint32_t inode)
    {
        DiagSocket socket = Socket(AF_INET, {SEVEN, 0, 0, 0}, 80, state);
        socket.base.idiag_inode = inode;
        ConnectionCount count;
        Add(count, socket, SERVER);
        return count.open;
    };
    CHECK(counted(TCP_ESTABLISHED, 7) == 1);
    CHECK(counted(TCP_ESTABLISHED, 0) == 1); // not yet accepted
    CHECK(counted(TCP_CLOSE_WAIT, 7) == 1);
    CHECK(counted(TCP_CLOSE_WAIT, 0) == 1);
    CHECK(counted(TCP_FIN_WAIT1, 7) == 1); // the server half-closed and still reads
    CHECK(counted(TCP_FIN_WAIT2, 7) == 1);
    CHECK(counted(TCP_FIN_WAIT1, 0) == 0); // it has closed
    CHECK(counted(TCP_FIN_WAIT2, 0) == 0);
    CHECK(counted(TCP_TIME_WAIT, 0) == 0);
    CHECK(counted(TCP_LAST_ACK, 7) == 0);
    CHECK(counted(TCP_LISTEN, 7) == 0);
}

TEST_CASE("the kernel's answer is read whole, with its attributes", "[connections]")
{
    struct
    {
        inet_diag_msg base;
        rtattr onlyHead;
        std::array<std::uint8_t, 4> only;
        rtattr groupHead;
        std::array<std::uint32_t, 2> group;
    } message{};
    message.base = Socket(AF_INET6, {0, 0, 0, 0}, 80, TCP_LISTEN).base;
    message.onlyHead = {RTA_LENGTH(1), INET_DIAG_SKV6ONLY};
    message.only[0] = 1;
    message.groupHead = {RTA_LENGTH(8), INET_DIAG_CGROUP_ID};
    message.group = {77, 1};
    std::vector<std::byte> answer;
    Append(answer, SOCK_DIAG_BY_FAMILY, &message, sizeof(message));
    Append(answer, TCPDIAG_GETSOCK, &message.base, sizeof(message.base));
    Append(answer, NLMSG_DONE, "0123", 4);
    std::vector<DiagSocket> found;
    const auto visit = [&found](const DiagSocket& socket) { found.push_back(socket); };
    CHECK(ReadDiagAnswer(answer, visit).last);
    REQUIRE(found.size() == 2);
    CHECK(found[0].onlyV6);
    CHECK(found[0].cgroup == (std::uint64_t{1} << 32 | 77));
    CHECK_FALSE(found[1].cgroup);
    CHECK(Match(found[0], {"fd00::7", 80}) == ListenerMatch::ANY_ADDRESS);
    CHECK(Match(found[0], SERVER) == ListenerMatch::NONE); // by IPv6 only
    CHECK(Match(found[1], SERVER) == ListenerMatch::ANY_ADDRESS);

    // However it is cut, nothing is read beyond its end.
    for (std::size_t bytes = 0; bytes < answer.size(); ++bytes)
    {
        const std::vector<std::byte> cut(answer.begin(),
                                         answer.begin() + static_cast<std::ptrdiff_t>(bytes));
        CHECK_FALSE(ReadDiagAnswer(cut, visit).last);
    }
}

TEST_CASE("a wrong answer is no answer", "[connections]")
{
    const auto ignore = [](const DiagSocket&) {};
    std::vector<std::byte> answer;
    const std::int32_t error = -EACCES;
    Append(answer, NLMSG_ERROR, &error, sizeof(error));
    CHECK(ReadDiagAnswer(answer, ignore).error == EACCES);
    // What no kernel says is told as an error, too, and never as one below 0.
    for (const std::int32_t odd : {0, 5, -4096, INT32_MIN, INT32_MAX})
    {
        std::vector<std::byte> wrong;
        Append(wrong, NLMSG_ERROR, &odd, sizeof(odd));
        CHECK(ReadDiagAnswer(wrong, ignore).error == EBADMSG);
    }
    nlmsghdr header{};
    header.nlmsg_len = sizeof(header) + 1;
    header.nlmsg_type = NLMSG_DONE;
    const auto* bytes = reinterpret_cast<const std::byte*>(&header);
    CHECK(ReadDiagAnswer({bytes, sizeof(header)}, ignore).error != 0);
    header.nlmsg_len = 3;
    CHECK(ReadDiagAnswer({bytes, sizeof(header)}, ignore).error != 0);
}

TEST_CASE("who listens", "[connections]")
{
    const auto match = [](const DiagSocket& socket) { return Match(socket, SERVER); };
    CHECK(match(Socket(AF_INET, {SEVEN, 0, 0, 0}, 80, TCP_LISTEN)) == ListenerMatch::THIS_ADDRESS);
    CHECK(match(Socket(AF_INET, {0, 0, 0, 0}, 80, TCP_LISTEN)) == ListenerMatch::ANY_ADDRESS);
    CHECK(match(Socket(AF_INET, {0, 0, 0, 0}, 81, TCP_LISTEN)) == ListenerMatch::NONE);
    CHECK(match(Socket(AF_INET, {htonl(0x7F000001), 0, 0, 0}, 80, TCP_LISTEN)) ==
          ListenerMatch::NONE);
    CHECK(match(Socket(AF_INET, {0, 0, 0, 0}, 80)) == ListenerMatch::NONE); // a connection
    CHECK(Match(Socket(AF_INET, {0, 0, 0, 0}, 80, TCP_LISTEN), {"fd00::7", 80}) ==
          ListenerMatch::NONE);
}

#include "realnet/agent/connection-counter.h"
#include "realnet/agent/listeners.h"
#include "realnet/agent/sock-diag.h"
#include "realnet/common/descriptor.h"
#include "realnet/common/socket-address.h"
#include "tests/catch.h"
#include "tests/realnet/agent/tcp-pair.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
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

TEST_CASE("the kernel's counters of all TCP", "[connections]")
{
    const std::string text =
        "Ip: Forwarding DefaultTTL\nIp: 1 64\n"
        "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets "
        "CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors\n"
        "Tcp: 1 200 120000 -1 32 79 8 63 25 9102 10019 1 0 31 0\n"
        "Udp: InDatagrams\nUdp: 6\n";
    const auto activity = ParseTcpActivity(text);
    REQUIRE(activity);
    CHECK(activity->activeOpens == 32);
    CHECK(activity->passiveOpens == 79);
    CHECK(activity->established == 25);
    CHECK(activity->segmentsIn == 9102);
    CHECK_FALSE(ParseTcpActivity(""));
    CHECK_FALSE(ParseTcpActivity("Tcp: ActiveOpens\nTcp: 1\n"));
    CHECK_FALSE(ParseTcpActivity(text.substr(0, text.find("Tcp: 1 "))));

    CHECK(Compare(*activity, *activity) == Standstill::CERTAIN);
    TcpActivity later = *activity;
    ++later.segmentsIn;
    CHECK(Compare(*activity, later) == Standstill::LIKELY);
    for (auto counter :
         {&TcpActivity::activeOpens, &TcpActivity::passiveOpens, &TcpActivity::established})
    {
        later = *activity;
        ++(later.*counter);
        CHECK(Compare(*activity, later) == Standstill::NO);
        CHECK(Compare(later, *activity) == Standstill::NO);
    }
}

TEST_CASE("addresses of this machine", "[connections]")
{
    if (!IsLocalAddress("127.0.0.1"))
    {
        WARN("the kernel does not tell routes here: not tested");
        return;
    }
    CHECK(*IsLocalAddress("127.0.0.1"));
    CHECK(*IsLocalAddress("127.9.9.9"));
    CHECK(IsLocalAddress("192.0.2.1") == false); // kept for examples
    CHECK(IsLocalAddress("2001:db8::1") == false);
}

TEST_CASE("a listener is in sight as long as it listens", "[connections]")
{
    const std::string address = GENERATE("127.0.0.26", "0.0.0.0", "::");
    Descriptor listener(socket(address == "::" ? AF_INET6 : AF_INET, SOCK_STREAM, 0));
    const SocketAddress any(address, 0);
    REQUIRE(bind(listener.Get(), any.Raw(), any.Size()) == 0);
    const Endpoint server{"127.0.0.26", LocalAddress(listener.Get()).Port()};
    const auto before = FindListeners(server);
    if (!before)
    {
        WARN("the kernel does not offer sock_diag here: not tested");
        return;
    }
    CHECK(before->empty());
    CHECK(CheckListener(server)->message.find("nothing listens") == 0);
    CHECK_FALSE(CountConnectionsInSight(server));
    REQUIRE(listen(listener.Get(), 5) == 0);
    CHECK_FALSE(CheckListener(server));
    CHECK(FindListeners(server)->size() == 1);
    CHECK(CountConnectionsInSight(server)->open == 0);
    listener.Close();
    CHECK(CheckListener(server));
    CHECK(CheckListener({"192.0.2.1", server.port})->message.find("not an address of this") !=
          std::string::npos);
}

TEST_CASE("connections that are known are looked up one by one", "[connections]")
{
    const std::string address = GENERATE("127.0.0.28", "::1");
    const test::TcpServer server(address);
    test::TcpPair one(server);
    test::TcpPair two(server);
    std::vector<SocketName> all;
    if (!CountConnections(server.at.ToEndpoint(), &all))
    {
        WARN("the kernel does not offer sock_diag here: not tested");
        return;
    }
    // Those of other programs come and go.
    const auto ofServer = [&server](const SocketName& name)
    { return name.id.idiag_sport == htons(server.at.Port()); };
    std::vector<SocketName> known;
    std::copy_if(all.begin(), all.end(), std::back_inserter(known), ofServer);
    REQUIRE(known.size() == 2);
    CHECK(AllStand(known));
    CHECK(AllStand({}));
    REQUIRE(shutdown(one.client.Get(), SHUT_WR) == 0);
    CHECK(AllStand(known)); // CLOSE_WAIT counts
    REQUIRE(shutdown(one.server.Get(), SHUT_WR) == 0);
    CHECK_FALSE(AllStand(known));
    two.server.Close();
    two.client.Close();
    one.server.Close();
    for (const SocketName& name : known)
    {
        CHECK_FALSE(AllStand({name}));
    }
}

TEST_CASE("half-closed connections count", "[connections]")
{
    test::TcpServer server("127.0.0.27");
    test::TcpPair one(server);
    test::TcpPair two(server);
    test::TcpPair three(server);
    const Endpoint at = server.at.ToEndpoint();
    const auto count = [&at] { return CountConnections(at); };
    if (!count())
    {
        WARN("the kernel does not offer sock_diag here: not tested");
        return;
    }
    CHECK(count()->open == 3);
    REQUIRE(shutdown(one.client.Get(), SHUT_WR) == 0);
    REQUIRE(shutdown(two.server.Get(), SHUT_WR) == 0);
    CHECK(count()->open == 3);
    CHECK(count()->serverEnded == 1);
    two.server.Close(); // the client has not ended, so the kernel waits
    CHECK(count()->open == 2);
    CHECK(count()->serverEnded == 0);
    three.client.Close();
    three.server.Close();
    CHECK(count()->open == 1);
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
    CHECK(count->open == 1);
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
    CHECK(before->open == 0);
    const Descriptor client(socket(AF_INET, SOCK_STREAM, 0));
    REQUIRE(connect(client.Get(), address.Raw(), address.Size()) == 0);
    CHECK(CountConnections(server)->open == 1);
    CHECK(CountConnections({"127.0.0.22", server.port})->open == 0);
}

#include "realnet/agent/connection-counter.h"
#include "realnet/agent/listeners.h"
#include "realnet/agent/local-address.h"
#include "realnet/agent/sock-diag.h"
#include "realnet/common/descriptor.h"
#include "realnet/common/socket-address.h"
#include "tests/catch.h"
#include "tests/realnet/agent/tcp-pair.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <sys/socket.h>
#include <vector>

using namespace sonda;

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

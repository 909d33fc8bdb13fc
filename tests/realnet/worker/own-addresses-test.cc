#include "realnet/worker/own-addresses.h"
#include "tests/catch.h"

using namespace sonda;

TEST_CASE("the kernel tells which addresses are this machine's", "[own-addresses]")
{
    CHECK(IsLocalAddress(SocketAddress("127.0.0.1", 80)));
    CHECK(IsLocalAddress(SocketAddress("127.9.9.9", 80)));
    CHECK(IsLocalAddress(SocketAddress("::1", 80)));
    CHECK_FALSE(IsLocalAddress(SocketAddress("192.0.2.7", 80)));
    CHECK_FALSE(IsLocalAddress(SocketAddress("2001:db8::7", 80)));
}

TEST_CASE("a server is ours where a connection to it comes back to us", "[own-addresses]")
{
    const auto isOurs = [](const OwnListener& listener, const Endpoint& server)
    { return OwnAddresses({listener}).Objection(server).has_value(); };
    const OwnListener one{{"127.0.0.1", 8000}, false};
    CHECK(isOurs(one, {"127.0.0.1", 8000}));
    CHECK_FALSE(isOurs(one, {"127.0.0.1", 8001}));
    CHECK_FALSE(isOurs(one, {"127.0.0.2", 8000})); // another server on this machine
    const OwnListener all{{"0.0.0.0", 8000}, false};
    CHECK(isOurs(all, {"127.0.0.2", 8000}));
    CHECK(isOurs(all, {"0.0.0.0", 8000}));
    CHECK_FALSE(isOurs(all, {"192.0.2.7", 8000}));
    CHECK_FALSE(isOurs(all, {"::1", 8000}));
    const OwnListener both{{"::", 8000}, false};
    CHECK(isOurs(both, {"::1", 8000}));
    CHECK(isOurs(both, {"127.0.0.2", 8000}));
    CHECK(isOurs(both, {"0.0.0.0", 8000}));
    const OwnListener only{{"::", 8000}, true};
    CHECK(isOurs(only, {"::1", 8000}));
    CHECK_FALSE(isOurs(only, {"127.0.0.2", 8000}));
}

TEST_CASE("the objection says where", "[own-addresses]")
{
    const OwnAddresses own({{{"10.0.0.1", 80}, false}, {{"0.0.0.0", 8404}, false}});
    CHECK(own.Objection({"127.0.0.1", 8404}) == "where this proxy listens: 0.0.0.0:8404");
    CHECK(own.HasPort(80));
    CHECK_FALSE(own.HasPort(81));
}

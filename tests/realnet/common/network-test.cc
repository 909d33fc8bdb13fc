#include "realnet/common/network.h"
#include "tests/catch.h"

using namespace sonda;

TEST_CASE("a range contains the addresses that share its first bits", "[network]")
{
    const auto contains = [](const char* range, const char* address)
    { return Network::Parse(range)->Contains(SocketAddress(address, 1)); };
    CHECK(contains("10.0.0.0/8", "10.255.0.1"));
    CHECK_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
    CHECK(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
    CHECK(contains("10.0.0.7", "10.0.0.7"));
    CHECK_FALSE(contains("10.0.0.7", "10.0.0.6"));
    CHECK(contains("10.0.0.6/31", "10.0.0.7"));
    CHECK(contains("0.0.0.0/0", "1.2.3.4"));
    CHECK_FALSE(contains("0.0.0.0/0", "fd00::1"));
    CHECK(contains("::/0", "1.2.3.4"));
    CHECK(contains("fd00::/8", "fdff::1"));
    CHECK_FALSE(contains("fd00::/8", "fe00::1"));
    CHECK(contains("fd00::7", "fd00::7"));
}

TEST_CASE("what is no range is refused", "[network]")
{
    for (const char* text : {"",
                             "10.0.0.0/33",
                             "10.0.0.1/8",
                             "10.0.0.0/",
                             "10/8",
                             "fd00::/129",
                             "fd00::1/64",
                             "web",
                             "10.0.0.0/-1",
                             "/8"})
    {
        CAPTURE(text);
        CHECK_FALSE(Network::Parse(text));
    }
}

#include "model/protocol/prefix.h"
#include "tests/catch.h"

using namespace sonda;

TEST_CASE("a network has the addresses that share its first bits")
{
    const auto network = Prefix::Around("10.77.3.1", 22);
    REQUIRE(network);
    for (const char* inside : {"10.77.0.0", "10.77.0.1", "10.77.3.255"})
    {
        CHECK(network->Contains(inside));
    }
    for (const char* outside :
         {"10.77.4.0", "10.76.255.255", "11.77.0.1", "fd00::1", "::", "", "x"})
    {
        CHECK_FALSE(network->Contains(outside));
    }
    CHECK(Prefix::Around("10.0.0.1", 0)->Contains("255.255.255.255"));
    CHECK_FALSE(Prefix::Around("10.0.0.1", 0)->Contains("::1"));
    CHECK(Prefix::Around("10.0.0.1", 32)->Contains("10.0.0.1"));
    CHECK_FALSE(Prefix::Around("10.0.0.1", 32)->Contains("10.0.0.2"));
}

TEST_CASE("a network of IPv6 has none of IPv4, also in the guise of IPv6")
{
    const auto network = Prefix::Around("fd00:77::1", 64);
    REQUIRE(network);
    CHECK(network->Contains("fd00:77::ffff"));
    CHECK_FALSE(network->Contains("fd00:77:0:1::1"));
    CHECK_FALSE(network->Contains("fd00:77::1%eth0"));
    CHECK_FALSE(Prefix::Around("10.0.0.1", 8)->Contains("::ffff:10.0.0.2"));
    CHECK_FALSE(Prefix::Around("::", 0)->Contains("10.0.0.2"));
}

TEST_CASE("what is no network is none")
{
    CHECK_FALSE(Prefix::Around("10.0.0.1", 33));
    CHECK_FALSE(Prefix::Around("fd00::1", 129));
    CHECK_FALSE(Prefix::Around("web", 8));
    CHECK_FALSE(Prefix::Around("", 0));
}

TEST_CASE(
    "the first and the last address of an IPv4 network are nobody's, but of the smallest ones")
{
    const auto network = Prefix::Around("10.77.0.9", 24);
    CHECK(network->IsNobody("10.77.0.0"));
    CHECK(network->IsNobody("10.77.0.255"));
    CHECK_FALSE(network->IsNobody("10.77.0.1"));
    CHECK_FALSE(network->IsNobody("10.78.0.0"));
    CHECK(Prefix::Around("10.77.0.9", 30)->IsNobody("10.77.0.8"));
    CHECK_FALSE(Prefix::Around("10.77.0.9", 31)->IsNobody("10.77.0.8"));
    CHECK_FALSE(Prefix::Around("10.77.0.9", 32)->IsNobody("10.77.0.9"));
    CHECK_FALSE(Prefix::Around("fd00::9", 64)->IsNobody("fd00::"));
}

TEST_CASE("loopback and link-local addresses are known, in every spelling")
{
    for (const char* text : {"127.0.0.1", "127.255.255.255", "127.0.0.0", "::1", "0:0:0:0:0:0:0:1"})
    {
        CHECK(IsLoopback(text));
    }
    for (const char* text : {"126.255.255.255", "128.0.0.0", "::2", "::", "fd00::1", "", "lo"})
    {
        CHECK_FALSE(IsLoopback(text));
    }
    CHECK(IsLinkLocal("169.254.1.2"));
    CHECK(IsLinkLocal("fe80::1"));
    CHECK(IsLinkLocal("febf::1"));
    CHECK_FALSE(IsLinkLocal("fec0::1"));
    CHECK_FALSE(IsLinkLocal("169.253.1.2"));
}

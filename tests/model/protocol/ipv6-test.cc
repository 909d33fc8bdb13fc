#include "model/protocol/ipv6.h"
#include "tests/catch.h"
#include "tests/model/support/seeded-stream.h"

using namespace sonda;
using namespace sonda::test;

TEST_CASE("IPv6 addresses have one text")
{
    const std::pair<const char*, const char*> cases[] = {
        {"::", "::"},
        {"::1", "::1"},
        {"1::", "1::"},
        {"fd00:0:0:0:0:0:0:7", "fd00::7"},
        {"2001:DB8::A", "2001:db8::a"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"}, // RFC 5952, 4.2.2
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},          // 4.2.3, the longest
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},    // 4.2.3, the first
        {"2001:0db8::0001", "2001:db8::1"},               // 4.1
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
        {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
    };
    for (const auto& [text, canonical] : cases)
    {
        CAPTURE(text);
        REQUIRE(ParseIpv6(text));
        CHECK(FormatIpv6(*ParseIpv6(text)) == canonical);
    }
}

TEST_CASE("what is no IPv6 address is refused")
{
    for (const char* text : {"",
                             ":",
                             ":::",
                             "1",
                             "1:2:3:4:5:6:7",
                             "1:2:3:4:5:6:7:8:9",
                             "1::2::3",
                             "12345::",
                             "g::",
                             "::1 ",
                             " ::1",
                             "::1%lo",
                             "1:2:3:4:5:6:7:8::",
                             "::ffff:10.0.0.1",
                             ":1::",
                             "1::2:",
                             "-1::",
                             "0x1::",
                             "1:2:3:4:5:6:7:"})
    {
        CAPTURE(text);
        CHECK_FALSE(ParseIpv6(text));
    }
}

TEST_CASE("every address survives its text")
{
    SeededStream random(1);
    for (int round = 0; round < 20000; ++round)
    {
        Ipv6Bytes bytes{};
        for (auto& byte : bytes)
        {
            byte = random.Below(2) == 0 ? 0 : static_cast<std::uint8_t>(random.Below(256));
        }
        const std::string text = FormatIpv6(bytes);
        CAPTURE(text);
        REQUIRE(ParseIpv6(text) == bytes);
    }
}

TEST_CASE("hosts are reached at unicast addresses in their one form")
{
    for (const char* text : {"10.0.0.7", "127.0.0.2", "::1", "fd00::7", "2001:db8::1"})
    {
        CAPTURE(text);
        CHECK(IsHostAddress(text));
    }
    for (const char* text : {"0.0.0.0",
                             "239.8.8.8",
                             "::",
                             "ff15::8888",
                             "fe80::1",
                             "febf::1",
                             "FD00::7",
                             "fd00:0::7",
                             "::ffff:a00:7",
                             "web",
                             "",
                             "[::1]"})
    {
        CAPTURE(text);
        CHECK_FALSE(IsHostAddress(text));
    }
}

#include "realnet/common/proxy-protocol.h"
#include "tests/catch.h"

#include <random>

using namespace sonda;

namespace
{

using Outcome = ProxyHeader::Outcome;

ProxiedEnds
Ends(const char* source, const char* destination)
{
    return {SocketAddress(source, 51234), SocketAddress(destination, 443)};
}

std::string
Text(const SocketAddress& address)
{
    return ToString(address.ToEndpoint());
}

/** "SOURCE > DESTINATION" of a complete header, "own", or the outcome. */
std::string
Parse(std::string_view bytes)
{
    const ProxyHeader header = ParseProxyHeader(bytes);
    switch (header.outcome)
    {
    case Outcome::INCOMPLETE:
        return "incomplete";
    case Outcome::INVALID:
        return "invalid";
    case Outcome::COMPLETE:
        break;
    }
    return header.ends ? Text(header.ends->source) + " > " + Text(header.ends->destination) : "own";
}

/** A header of version 2: command, family, and what the length says. */
std::string
Binary(int command, int family, const std::string& rest)
{
    std::string bytes("\r\n\r\n\0\r\nQUIT\n", 12);
    bytes += static_cast<char>(command);
    bytes += static_cast<char>(family);
    bytes += static_cast<char>(rest.size() >> 8);
    bytes += static_cast<char>(rest.size() & 0xFF);
    return bytes + rest;
}

const std::string V4_BYTES("\x0a\x00\x00\x07\x0a\x00\x00\x01\xc8\x22\x01\xbb", 12);

} // namespace

TEST_CASE("headers have the documented bytes", "[proxy-protocol]")
{
    CHECK(MakeProxyHeader(ProxyProtocol::V1, Ends("10.0.0.7", "10.0.0.1")) ==
          "PROXY TCP4 10.0.0.7 10.0.0.1 51234 443\r\n");
    CHECK(MakeProxyHeader(ProxyProtocol::V1, Ends("fd00::7", "fd00::1")) ==
          "PROXY TCP6 fd00::7 fd00::1 51234 443\r\n");
    // A socket for both versions of IP shows IPv4 in the guise of IPv6.
    CHECK(MakeProxyHeader(ProxyProtocol::V1, Ends("::ffff:10.0.0.7", "::ffff:10.0.0.1")) ==
          "PROXY TCP4 10.0.0.7 10.0.0.1 51234 443\r\n");
    CHECK(MakeProxyHeader(ProxyProtocol::V2, Ends("10.0.0.7", "10.0.0.1")) ==
          Binary(0x21, 0x11, V4_BYTES));
    CHECK(MakeProxyHeader(ProxyProtocol::V2, Ends("fd00::7", "fd00::1")).size() == 52);
}

TEST_CASE("a header has one family, also when its ends have two", "[proxy-protocol]")
{
    // Version 1 knows IPv6 in hexadecimal groups only.
    for (const char* source : {"::ffff:10.0.0.7", "10.0.0.7"})
    {
        CHECK(MakeProxyHeader(ProxyProtocol::V1, Ends(source, "2001:db8::1")) ==
              "PROXY TCP6 ::ffff:a00:7 2001:db8::1 51234 443\r\n");
    }
    CHECK(MakeProxyHeader(ProxyProtocol::V1, Ends("2001:db8::1", "10.0.0.7")) ==
          "PROXY TCP6 2001:db8::1 ::ffff:a00:7 51234 443\r\n");
    for (const auto version : {ProxyProtocol::V1, ProxyProtocol::V2})
    {
        CHECK(Parse(MakeProxyHeader(version, Ends("::ffff:10.0.0.7", "2001:db8::1"))) ==
              "10.0.0.7:51234 > [2001:db8::1]:443");
        CHECK(Parse(MakeProxyHeader(version, Ends("2001:db8::1", "10.0.0.7"))) ==
              "[2001:db8::1]:51234 > 10.0.0.7:443");
    }
}

TEST_CASE("what is sent is understood, at every length", "[proxy-protocol]")
{
    for (const auto version : {ProxyProtocol::V1, ProxyProtocol::V2})
    {
        for (const auto& [source, destination] :
             {std::pair("10.0.0.7", "10.0.0.1"), std::pair("fd00::7", "2001:db8::1")})
        {
            const ProxiedEnds ends = Ends(source, destination);
            const std::string header = MakeProxyHeader(version, ends);
            for (std::size_t length = 1; length < header.size(); ++length)
            {
                CAPTURE(header, length);
                REQUIRE(Parse(header.substr(0, length)) == "incomplete");
            }
            CHECK(Parse(header) == Text(ends.source) + " > " + Text(ends.destination));
            CHECK(Parse(header + "GET / HTTP") == Parse(header));
            CHECK(ParseProxyHeader(header + "GET").length == header.size());
        }
    }
}

TEST_CASE("connections that nobody is named for keep their own ends", "[proxy-protocol]")
{
    CHECK(Parse("PROXY UNKNOWN\r\n") == "own");
    CHECK(Parse("PROXY UNKNOWN ffff::1 x y\r\n") == "own");
    CHECK(Parse(Binary(0x20, 0x00, "")) == "own");          // LOCAL
    CHECK(Parse(Binary(0x20, 0x11, V4_BYTES)) == "own");    // LOCAL: addresses are ignored
    CHECK(Parse(Binary(0x21, 0x00, "what ever")) == "own"); // of no kind of address
    CHECK(Parse(Binary(0x21, 0x12, V4_BYTES)) == "own");    // UDP
    // What follows the addresses (TLVs) is skipped.
    CHECK(Parse(Binary(0x21, 0x11, V4_BYTES + std::string(30, 'x'))) ==
          "10.0.0.7:51234 > 10.0.0.1:443");
    CHECK(ParseProxyHeader(Binary(0x21, 0x11, V4_BYTES + std::string(30, 'x')) + "!").length == 58);
}

TEST_CASE("what is no header is refused as early as possible", "[proxy-protocol]")
{
    for (const char* text : {"G",
                             "GET / HTTP/1.1\r\n",
                             "PROXX",
                             "PROXY\r\n",
                             "PROXY TCP4\r\n",
                             "PROXY TCP4 10.0.0.7 10.0.0.1 51234\r\n",
                             "PROXY TCP4 10.0.0.7 10.0.0.1 51234 443 1\r\n",
                             "PROXY TCP4 10.0.0.7 10.0.0.1 51234 65536\r\n",
                             "PROXY TCP4 10.0.0.7 10.0.0.1 -1 443\r\n",
                             "PROXY TCP4 10.0.0.7 10.0.0.1 01 443\r\n",
                             "PROXY TCP4 10.0.0.7 fd00::1 1 443\r\n",
                             "PROXY TCP4 10.0.0.007 10.0.0.1 1 443\r\n",
                             "PROXY TCP6 10.0.0.7 10.0.0.1 1 443\r\n",
                             "PROXY  TCP4 10.0.0.7 10.0.0.1 1 443\r\n",
                             "proxy TCP4 10.0.0.7 10.0.0.1 1 443\r\n",
                             "PROXY UDP4 10.0.0.7 10.0.0.1 1 443\r\n"})
    {
        CAPTURE(text);
        CHECK(Parse(text) == "invalid");
    }
    CHECK(Parse("PROXY TCP4 " + std::string(200, '1')) == "invalid"); // longer than any
    CHECK(Parse(Binary(0x31, 0x11, V4_BYTES)) == "invalid");          // version 3
    CHECK(Parse(Binary(0x22, 0x11, V4_BYTES)) == "invalid");          // no such command
    CHECK(Parse(Binary(0x21, 0x11, V4_BYTES.substr(1))) == "invalid");
    CHECK(Parse(Binary(0x21, 0x21, V4_BYTES)) == "invalid"); // too short for IPv6
    CHECK(Parse(Binary(0x21, 0x11, std::string(60000, 'x')).substr(0, 100)) == "invalid");
}

TEST_CASE("random bytes do no harm", "[proxy-protocol]")
{
    std::mt19937 random(1);
    const std::string starts[] = {"PROXY TCP4 ", Binary(0x21, 0x11, V4_BYTES).substr(0, 14), ""};
    for (int round = 0; round < 100000; ++round)
    {
        std::string bytes = starts[random() % 3];
        const auto count = random() % 64;
        for (unsigned i = 0; i < count; ++i)
        {
            bytes += "0123456789. \r\n\0\x21:fx"[random() % 20];
        }
        const ProxyHeader header = ParseProxyHeader(bytes);
        if (header.outcome == Outcome::COMPLETE)
        {
            CAPTURE(bytes);
            REQUIRE(header.length <= bytes.size());
            REQUIRE(header.length > 0);
        }
    }
}

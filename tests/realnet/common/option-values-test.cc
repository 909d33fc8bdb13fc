#include "realnet/common/option-values.h"
#include "tests/catch.h"

using namespace sonda;
using namespace std::chrono_literals;

TEST_CASE("durations carry a unit", "[options]")
{
    CHECK(*ParseDuration("5s") == Duration(5s));
    CHECK(*ParseDuration("500ms") == Duration(500ms));
    CHECK(*ParseDuration("2m") == Duration(2min));
    CHECK(*ParseDuration("1.5s") == Duration(1500ms));
    CHECK(*ParseDuration("250us") == Duration(250us));
    CHECK(*ParseDuration("1h") == Duration(1h));
}

TEST_CASE("what is no duration is an error that shows how it is done", "[options]")
{
    for (const char* text : {"",
                             "5",
                             "s",
                             "-5s",
                             "0s",
                             "5 s",
                             "5sec",
                             "nan",
                             "infs",
                             "1e3s",
                             "0x5s",
                             "99999999h",
                             "0.0000001us",
                             "5s5"})
    {
        CAPTURE(text);
        const auto duration = ParseDuration(text);
        REQUIRE_FALSE(duration);
        CHECK(duration.GetError().message.find("500ms, 5s or 2m") != std::string::npos);
    }
    CHECK(ParseDuration("5").GetError().message.find("has no unit") != std::string::npos);
}

TEST_CASE("a length of time may have a least one, with the reason", "[options]")
{
    const auto parse = DurationFrom(10ms, "it costs too much");
    CHECK(*parse("10ms") == Duration(10ms));
    CHECK(parse("9999us").GetError().message == "\"9999us\" is less than 10ms: it costs too much");
    CHECK(parse("1x").GetError().message.find("unknown unit") != std::string::npos);
}

TEST_CASE("a message quotes a value cut, in one line", "[options]")
{
    const std::string longText = "\n\x1b" + std::string(100'000, '9');
    const std::string shown = "\"\\x0a\\x1b" + std::string(198, '9') + "… (100002 characters)\"";
    for (const std::string& message : {ParseDuration(longText).GetError().message,
                                       ParseAddressAndPort(longText, false).GetError().message,
                                       ParseGroup(longText).GetError().message,
                                       ParseWhole(longText, 0, 1).GetError().message,
                                       ParseReal(longText, 0, 1).GetError().message,
                                       ParseOneOf<int>(longText, "x", {}).GetError().message})
    {
        CHECK(message.find(shown) == 0);
    }
}

TEST_CASE("a port, with or without address", "[options]")
{
    CHECK(ParseAddressAndPort("80", false)->port == 80);
    CHECK_FALSE(ParseAddressAndPort("80", false)->address);
    CHECK(ParseAddressAndPort("10.0.0.7:8080", false)->address == "10.0.0.7");
    CHECK(ParseAddressAndPort("10.0.0.7:8080", false)->port == 8080);
    CHECK(ParseAddressAndPort("0", true)->port == 0);
}

TEST_CASE("what is no port is an error that says what is", "[options]")
{
    for (const char* text : {"",
                             "0",
                             "65536",
                             "-1",
                             "80x",
                             ":80",
                             "10.0.0:80",
                             "10.0.0.7:",
                             "host:80",
                             "10.0.0.07:80",
                             "::1:80"})
    {
        CAPTURE(text);
        const auto parsed = ParseAddressAndPort(text, false);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.GetError().message.find("[ADDRESS:]PORT") != std::string::npos);
    }
}

TEST_CASE("groups are multicast addresses that may be used", "[options]")
{
    CHECK(*ParseGroup("239.8.8.8") == "239.8.8.8");
    CHECK(ParseGroup("224.0.1.9"));
    for (const char* text : {"10.0.0.1", "224.0.0.1", "240.0.0.1", "", "239.8.8"})
    {
        CHECK_FALSE(ParseGroup(text));
    }
}

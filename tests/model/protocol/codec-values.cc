#include "model/protocol/codec.h"
#include "tests/catch.h"
#include "tests/model/support/pdus.h"

#include <tuple>
#include <vector>

using namespace sonda;
using namespace sonda::test;
using Json = nlohmann::json;

namespace
{

std::string
ResponseWith(const char* key, const Json& value)
{
    auto object = FullResponse();
    object[key] = value;
    return ResponseVerdict(object.dump());
}

std::string
RequestWith(const char* key, const Json& value)
{
    auto object = FullRequest();
    object[key] = value;
    return RequestVerdict(object.dump());
}

} // namespace

TEST_CASE("every key of the base form is needed")
{
    for (const char* key : {"RAM", "CPU", "IP", "Door"})
    {
        auto object = FullResponse();
        object.erase(key);
        CAPTURE(key);
        CHECK(ResponseVerdict(object.dump()) == "missing-key");
        const auto refused = DecodeResponse(object.dump());
        CHECK(refused.GetError().detail == key);
    }
}

TEST_CASE("a known key with a value of another type is refused")
{
    const std::vector<Json> notNumbers = {nullptr, true, "1", Json::array(), Json::object()};
    const std::vector<Json> notTexts = {nullptr, true, 1, 1.5, Json::array(), Json::object()};
    for (const char* key :
         {"RAM", "CPU", "ram_total", "cores", "cpu_10s", "load_1", "weight", "rate"})
    {
        for (const auto& value : notNumbers)
        {
            CAPTURE(key, value.dump());
            CHECK(ResponseWith(key, value) == "wrong-type");
        }
    }
    for (const char* key : {"Door", "v", "hold_us", "inflight", "service_us"})
    {
        for (const auto& value : notNumbers)
        {
            CAPTURE(key, value.dump());
            CHECK(ResponseWith(key, value) == "wrong-type");
        }
        CHECK(ResponseWith(key, 1.5) == "wrong-type");
    }
    for (const char* key : {"IP", "nonce", "id", "state"})
    {
        for (const auto& value : notTexts)
        {
            CAPTURE(key, value.dump());
            CHECK(ResponseWith(key, value) == "wrong-type");
        }
    }
}

TEST_CASE("a request's keys are held to their types as well")
{
    for (const auto& value : std::vector<Json>{nullptr, "500", 1.5, Json::array()})
    {
        CAPTURE(value.dump());
        CHECK(RequestWith("window_ms", value) == "wrong-type");
        CHECK(RequestWith("v", value) == "wrong-type");
        CHECK(RequestWith("below", value) == "wrong-type");
    }
    CHECK(RequestWith("nonce", 7) == "wrong-type");
    for (const auto& value : std::vector<Json>{4,
                                               "4,3",
                                               Json::array(),
                                               Json::array({4}),
                                               Json::array({4, 3, 2}),
                                               Json::array({"4", 3}),
                                               Json::array({4, 3.0}),
                                               Json::object()})
    {
        CAPTURE(value.dump());
        CHECK(RequestWith("slice", value) == "wrong-type");
    }
}

TEST_CASE("a known key with an impossible value is refused, its bounds are accepted")
{
    const auto row = [](const char* k, Json v, const char* expected)
    { return std::make_tuple(k, std::move(v), std::string(expected)); };
    const char* const no = "out-of-range";
    const char* const yes = "accepted";
    for (const auto& [k, v, expected] : {
             row("RAM", -1, no),
             row("RAM", -1e-300, no),
             row("RAM", 0, yes),
             row("RAM", 1e300, yes),
             row("CPU", -1, no),
             row("CPU", 100.001, no),
             row("CPU", 0, yes),
             row("CPU", 100, yes),
             row("Door", 0, no),
             row("Door", 1, yes),
             row("Door", 65535, yes),
             row("Door", 65536, no),
             row("Door", -80, no),
             row("v", 0, no),
             row("v", -2, no),
             row("v", 1, yes),
             row("hold_us", -1, no),
             row("hold_us", 0, yes),
             row("hold_us", 120'000'000, yes),
             row("hold_us", 120'000'001, no),
             row("ram_total", -1, no),
             row("cores", -0.5, no),
             row("cores", 1e6, yes),
             row("cores", 1.1e6, no),
             row("cpu_10s", 101, no),
             row("load_1", -1, no),
             row("inflight", -1, no),
             row("inflight", 4294967295, yes),
             row("inflight", 4294967296, no),
             row("service_us", -1, no),
             row("service_us", 0, no),
             row("service_us", 1, yes),
             row("service_us", 1'000'000'000'000, yes),
             row("service_us", 1'000'000'000'001, no),
             row("rate", -1, no),
             row("rate", 0, yes),
             row("rate", 1e9, yes),
             row("rate", 1.1e9, no),
             row("weight", 0, no),
             row("weight", -1, no),
             row("weight", 1e-6, yes),
             row("weight", 1e6, yes),
             row("weight", 2e6, no),
             row("state", "", no),
             row("state", "Ready", no),
             row("state", "ready", yes),
             row("state", "down", yes),
         })
    {
        CAPTURE(k, v.dump());
        CHECK(ResponseWith(k, v) == expected);
    }
}

TEST_CASE("IP is the address of one host")
{
    for (const char* address :
         {"0.0.0.0",         "0.1.2.3",    "224.0.0.1", "239.8.8.8",  "240.0.0.1",
          "255.255.255.255", "10.0.0.07",  "010.0.0.7", "10.0.0.256", "10.0.0",
          "10.0.0.7.1",      "10.0.0.7 ",  " 10.0.0.7", "10.0.0.-7",  "10.0.0.+7",
          "10..0.7",         "0x0a.0.0.7", "167772167", "FD00::7",    "fe80::1",
          "::ffff:10.0.0.7", "localhost",  ""})
    {
        CAPTURE(address);
        CHECK(ResponseWith("IP", address) == "out-of-range");
    }
    CHECK(ResponseWith("IP", std::string("10.0.0.7\0", 9)) == "out-of-range");
    for (const char* address : {"1.0.0.0", "10.0.0.0", "127.0.0.2", "223.255.255.255", "fd00::7"})
    {
        CAPTURE(address);
        CHECK(ResponseWith("IP", address) == "accepted");
    }
}

TEST_CASE("an identity has 1 to 64 bytes, none of which forges a log line or a CSV row")
{
    for (const char* id : {"", "a b", "a\nb", "a\tb", "a,b", "a\"b", "a\x7f", "a\x1b[2J", "\r"})
    {
        CAPTURE(id);
        CHECK(ResponseWith("id", id) == "out-of-range");
    }
    CHECK(ResponseWith("id", std::string("a\0b", 3)) == "out-of-range");
    // U+009B starts a terminal's control sequence as ESC [ does.
    CHECK(ResponseWith("id", "a\xC2\x9Bz") == "out-of-range");
    CHECK(ResponseWith("id", std::string(65, 'x')) == "out-of-range");
    CHECK(ResponseWith("id", std::string(64, 'x')) == "accepted");
    CHECK(ResponseWith("id", "m\xC3\xA1quina-1") == "accepted");
    CHECK(ResponseWith("id", "10.0.0.7:80") == "accepted");
}

TEST_CASE("a nonce is 32 lower-case hexadecimal digits")
{
    const std::string good = NONCE;
    for (const auto& nonce : {std::string(),
                              good.substr(1),
                              good + "0",
                              "0123456789ABCDEF" + good.substr(16),
                              "g" + good.substr(1),
                              " " + good.substr(1)})
    {
        CAPTURE(nonce);
        CHECK(RequestWith("nonce", nonce) == "out-of-range");
        CHECK(ResponseWith("nonce", nonce) == "out-of-range");
    }
}

TEST_CASE("a slice is one of at least one")
{
    CHECK(RequestWith("slice", {0, 0}) == "out-of-range");
    CHECK(RequestWith("slice", {4, 4}) == "out-of-range");
    CHECK(RequestWith("slice", {-4, 0}) == "out-of-range");
    CHECK(RequestWith("slice", {4, -1}) == "out-of-range");
    CHECK(RequestWith("slice", {1048577, 0}) == "out-of-range");
    CHECK(RequestWith("slice", {1, 0}) == "accepted");
    CHECK(RequestWith("slice", {1048576, 1048575}) == "accepted");
}

TEST_CASE("notices are wanted below a number of connections from 1 to a million")
{
    CHECK(RequestWith("below", 0) == "out-of-range");
    CHECK(RequestWith("below", -1) == "out-of-range");
    CHECK(RequestWith("below", 1) == "accepted");
    CHECK(RequestWith("below", 1'000'000) == "accepted");
    CHECK(RequestWith("below", 1'000'001) == "out-of-range");
}

TEST_CASE("a notice says true, and to which request it refers since when")
{
    for (const auto& value : std::vector<Json>{nullptr, 1, "true", Json::array(), Json::object()})
    {
        CAPTURE(value.dump());
        CHECK(ResponseWith("notice", value) == "wrong-type");
    }
    CHECK(ResponseWith("notice", false) == "out-of-range");
    CHECK(ResponseWith("notice", true) == "accepted");
    for (const char* key : {"nonce", "hold_us"})
    {
        auto notice = FullNotice();
        notice.erase(key);
        CAPTURE(key);
        CHECK(ResponseVerdict(notice.dump()) == "missing-key");
        CHECK(DecodeResponse(notice.dump()).GetError().detail == key);
    }
}

TEST_CASE("a reply window lasts at most a minute")
{
    CHECK(RequestWith("window_ms", 0) == "accepted");
    CHECK(RequestWith("window_ms", 60'000) == "accepted");
    CHECK(RequestWith("window_ms", 60'001) == "out-of-range");
    CHECK(RequestWith("window_ms", -1) == "out-of-range");
}

#include "model/protocol/codec.h"
#include "tests/catch.h"
#include "tests/model/support/pdus.h"

using namespace sonda;
using namespace sonda::test;

namespace
{

std::string
Request(const std::string& more)
{
    return R"({"tipo":"probe request")" + more + "}";
}

} // namespace

TEST_CASE("a PDU cut off anywhere is not JSON")
{
    const std::string response = FullResponse().dump();
    for (std::size_t size = 0; size < response.size(); ++size)
    {
        CAPTURE(size);
        REQUIRE(ResponseVerdict(std::string_view(response).substr(0, size)) == "not-json");
    }
    const std::string request = FullRequest().dump();
    for (std::size_t size = 0; size < request.size(); ++size)
    {
        CAPTURE(size);
        REQUIRE(RequestVerdict(std::string_view(request).substr(0, size)) == "not-json");
    }
}

TEST_CASE("a line feed inside a PDU cuts it off")
{
    CHECK(RequestVerdict("{\"tipo\":\n\"probe request\"}") == "not-json");
}

TEST_CASE("a datagram may have 1400 bytes and no more")
{
    const std::string request = Request("");
    const auto padded = [&](std::size_t size)
    { return request + '\n' + std::string(size - request.size() - 1, 'x'); };
    CHECK(RequestVerdict(padded(1400)) == "accepted");
    CHECK(RequestVerdict(padded(1401)) == "too-long");
    CHECK(RequestVerdict(std::string(65536, ' ')) == "too-long");
    CHECK(ResponseVerdict(std::string(65536, '[')) == "too-long");
}

TEST_CASE("nesting is bounded")
{
    CHECK(RequestVerdict(Request(R"(,"x":[[[1]]])")) == "accepted");
    CHECK(RequestVerdict(Request(R"(,"x":[[[[1]]]])")) == "too-deep");
    CHECK(RequestVerdict(std::string(1400, '[')) == "too-deep");
    std::string objects;
    while (objects.size() < 1300)
    {
        objects += R"({"a":)";
    }
    CHECK(ResponseVerdict(objects) == "too-deep");
}

TEST_CASE("only an object is a PDU")
{
    for (const char* text : {"[]", "1", "null", "true", "\"probe request\"", "[{}]"})
    {
        CAPTURE(text);
        CHECK(RequestVerdict(text) == "not-an-object");
        CHECK(ResponseVerdict(text) == "not-an-object");
    }
}

TEST_CASE("what is not one JSON text is refused")
{
    using namespace std::string_literals;
    for (const auto& text : {""s,
                             " "s,
                             "{"s,
                             "{}{}"s,
                             "{\"tipo\":\"probe request\"}x"s,
                             "{\"tipo\":\"probe request\"}\0"s,
                             "{\"tipo\":\"probe request\"}\0garbage"s,
                             "{'tipo':'probe request'}"s,
                             "{\"tipo\":\"probe request\",}"s,
                             "{\"tipo\":\"probe request\",\"v\":NaN}"s,
                             "{\"tipo\":\"probe request\",\"v\":Infinity}"s,
                             "{\"tipo\":\"probe request\",\"v\":1e999}"s,
                             "{\"tipo\":\"probe request\",\"x\":-1e999}"s,
                             "{\"tipo\":\"probe request\",\"v\":+1}"s,
                             "{\"tipo\":\"probe request\",\"v\":01}"s,
                             "{\"tipo\":\"probe request\",\"v\":0x2}"s,
                             "{\"tipo\":\"probe\trequest\"}"s,
                             "{\"tipo\":\"probe request\"} // hello"s})
    {
        CAPTURE(text);
        CHECK(RequestVerdict(text) == "not-json");
    }
}

TEST_CASE("bad UTF-8 is refused wherever it stands")
{
    // A lone continuation, a cut sequence, an overlong slash, a surrogate, beyond U+10FFFF.
    for (const char* bad : {"\x80", "\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"})
    {
        CHECK(RequestVerdict(Request(",\"x\":\"" + std::string(bad) + "\"")) == "not-json");
        CHECK(RequestVerdict(Request(",\"" + std::string(bad) + "\":1")) == "not-json");
        CHECK(RequestVerdict(std::string(bad) + Request("")) == "not-json");
    }
    CHECK(RequestVerdict(Request(R"(,"x":"\ud800")")) == "not-json");
}

TEST_CASE("a key may stand in a PDU once")
{
    CHECK(RequestVerdict(Request(R"(,"v":2,"v":2)")) == "duplicate-key");
    CHECK(RequestVerdict(Request(R"(,"tipo":"probe request")")) == "duplicate-key");
    CHECK(RequestVerdict(Request(R"(,"x":1,"x":1)")) == "duplicate-key");
    // An escape spells the same key.
    CHECK(RequestVerdict(Request(R"(,"v":2,"\u0076":2)")) == "duplicate-key");
    // Equal keys of different objects are different keys.
    CHECK(RequestVerdict(Request(R"(,"x":{"v":1},"y":{"v":1})")) == "accepted");
}

TEST_CASE("the kind must be the one that is expected")
{
    CHECK(RequestVerdict("{}") == "wrong-kind");
    CHECK(RequestVerdict(R"({"tipo":1})") == "wrong-kind");
    CHECK(RequestVerdict(R"({"tipo":"Probe Request"})") == "wrong-kind");
    CHECK(RequestVerdict(FullResponse().dump()) == "wrong-kind");
    CHECK(ResponseVerdict(FullRequest().dump()) == "wrong-kind");
}

TEST_CASE("no refusal carries control characters into a log")
{
    const auto refused = DecodeRequest(Request(R"(,"a\nb\u009b":1,"a\nb\u009b":1)"));
    REQUIRE_FALSE(refused);
    CHECK(refused.GetError().reason == RefusalReason::DUPLICATE_KEY);
    CHECK(refused.GetError().detail == R"("a\nb\u009b")");
}

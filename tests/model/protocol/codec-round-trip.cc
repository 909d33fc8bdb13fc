#include "model/protocol/codec.h"
#include "tests/catch.h"
#include "tests/model/support/pdus.h"

using namespace sonda;
using namespace sonda::test;

namespace
{

ProbeResponse
BaseResponse()
{
    ProbeResponse response;
    response.server = {"10.0.0.7", 80};
    response.report.ram = 8123456789;
    response.report.cpu = 93.5;
    return response;
}

} // namespace

TEST_CASE("the base form is byte for byte the report's")
{
    CHECK(Encode(ProbeRequest()) == R"({"tipo":"probe request"})");
    CHECK(Encode(BaseResponse()) ==
          R"({"tipo":"probe response","RAM":8123456789,"CPU":93.5,"IP":"10.0.0.7","Door":80})");
}

TEST_CASE("the base form is understood in any order of keys and with blanks")
{
    const auto request = DecodeRequest(" { \"tipo\" :\t\"probe request\" } ");
    REQUIRE(request);
    CHECK_FALSE(request->nonce);
    CHECK_FALSE(request->windowMs);
    CHECK_FALSE(request->slice);

    const auto response = DecodeResponse(
        R"({"Door":8080,"IP":"192.168.1.20","CPU":0,"RAM":1.5e9,"tipo":"probe response"})");
    REQUIRE(response);
    CHECK(response->server == Endpoint{"192.168.1.20", 8080});
    CHECK(response->report.ram == 1.5e9);
    CHECK(response->report.cpu == 0);
    CHECK(response->report.state == ServerState::READY);
    CHECK(response->report.weight == 1);
    CHECK_FALSE(response->report.inFlight);
    CHECK_FALSE(response->hold);
    CHECK_FALSE(response->nonce);
    CHECK_FALSE(response->id);
}

TEST_CASE("every key of version 2 arrives as it was sent")
{
    const auto request = DecodeRequest(FullRequest().dump());
    REQUIRE(request);
    CHECK(request->nonce == NONCE);
    CHECK(request->windowMs == 500U);
    REQUIRE(request->slice);
    CHECK(request->slice->modulus == 4);
    CHECK(request->slice->residue == 3);
    CHECK(request->below == 1U);
    CHECK(request->to == "agent-7");
    REQUIRE(request->order);
    CHECK(request->order->monitor == "00ff00ff00ff00ff");
    CHECK(request->order->stamp == 1'796'000'000'000'000);
    CHECK(nlohmann::json::parse(Encode(*request)) == FullRequest());

    const auto response = DecodeResponse(FullResponse().dump());
    REQUIRE(response);
    CHECK(response->hold == Duration(std::chrono::microseconds(412345)));
    CHECK(response->report.inFlight == 12U);
    CHECK(response->report.serviceTime == Approx(0.04825));
    CHECK(response->report.rate == 41.5);
    CHECK_FALSE(response->notice);
    CHECK(response->report.state == ServerState::DRAIN);
    CHECK(nlohmann::json::parse(Encode(*response)) == FullResponse());
}

TEST_CASE("a response keeps its state and weight also without an identity")
{
    ProbeResponse response = BaseResponse();
    response.report.state = ServerState::DOWN;
    response.report.weight = 0.5;
    response.nonce = NONCE;
    const auto decoded = DecodeResponse(Encode(response));
    REQUIRE(decoded);
    CHECK(decoded->report.state == ServerState::DOWN);
    CHECK(decoded->report.weight == 0.5);
    CHECK_FALSE(decoded->id);
}

TEST_CASE("a hold time is rounded down to whole microseconds")
{
    ProbeResponse response = BaseResponse();
    response.nonce = NONCE;
    response.hold = Duration(1'999);
    CHECK(DecodeResponse(Encode(response))->hold == Duration(1'000));
}

TEST_CASE("a notice arrives as it was sent")
{
    const auto notice = DecodeResponse(FullNotice().dump());
    REQUIRE(notice);
    CHECK(notice->notice);
    CHECK(nlohmann::json::parse(Encode(*notice)) == FullNotice());
}

TEST_CASE("a service time is rounded to whole microseconds, and never to none")
{
    ProbeResponse response = BaseResponse();
    response.nonce = NONCE;
    const std::vector<std::pair<double, double>> cases = {{0.0123456, 12346},
                                                          {1e-9, 1},
                                                          {0, 1},
                                                          {3600, 3.6e9},
                                                          {1e6, 1e12}};
    for (const auto& [seconds, microseconds] : cases)
    {
        CAPTURE(seconds);
        response.report.serviceTime = seconds;
        const auto decoded = DecodeResponse(Encode(response));
        REQUIRE(decoded);
        CHECK(decoded->report.serviceTime == Approx(microseconds * 1e-6).epsilon(1e-12));
        // What has been on the wire once is not changed by being sent on.
        CHECK(DecodeResponse(Encode(*decoded))->report.serviceTime == decoded->report.serviceTime);
    }
}

TEST_CASE("what only version 2 can say is marked as version 2")
{
    ProbeResponse response = BaseResponse();
    response.report.serviceTime = 1;
    CHECK(nlohmann::json::parse(Encode(response)).at("v") == 2);
    response = BaseResponse();
    response.report.rate = 1;
    CHECK(nlohmann::json::parse(Encode(response)).at("v") == 2);
    ProbeRequest request;
    request.below = 3;
    CHECK(Encode(request) == R"({"tipo":"probe request","v":2,"below":3})");
}

TEST_CASE("numbers keep every bit")
{
    for (const double ram : {0.0, 1.0, 0.1, 1e-300, 9007199254740993.0, 1.7976931348623157e308})
    {
        ProbeResponse response = BaseResponse();
        response.report.ram = ram;
        const auto decoded = DecodeResponse(Encode(response));
        REQUIRE(decoded);
        CHECK(decoded->report.ram == ram);
    }
}

TEST_CASE("unknown keys are ignored, whatever their value")
{
    for (const char* value : {"1", "null", "\"x\"", "[1,[2]]", R"({"a":{"b":1}})", "true"})
    {
        CHECK(RequestVerdict(R"({"tipo":"probe request","later":)" + std::string(value) + "}") ==
              "accepted");
        auto object = FullResponse();
        object["later"] = nlohmann::json::parse(value);
        CHECK(ResponseVerdict(object.dump()) == "accepted");
    }
}

TEST_CASE("a later version is read as far as it is known")
{
    auto object = FullResponse();
    object["v"] = 3;
    CHECK(ResponseVerdict(object.dump()) == "accepted");
}

TEST_CASE("what follows the first line feed is not part of the PDU")
{
    CHECK(PduText("abc\ndef\nghi") == "abc");
    CHECK(PduText("abc") == "abc");
    CHECK(RequestVerdict("{\"tipo\":\"probe request\"}\n") == "accepted");
    CHECK(RequestVerdict("{\"tipo\":\"probe request\"}\nauth b2 kid=1 mac=x") == "accepted");
    CHECK(RequestVerdict("{\"tipo\":\"probe request\"}\n\xFF{{{") == "accepted");
}

TEST_CASE("the hash behind slices is FNV-1a with 64 bits")
{
    // The published test vectors of FNV-1a.
    CHECK(HashId("") == 0xcbf29ce484222325U);
    CHECK(HashId("a") == 0xaf63dc4c8601ec8cU);
    CHECK(HashId("foobar") == 0x85944171f73967e8U);
}

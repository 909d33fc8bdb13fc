#include "model/protocol/codec.h"
#include "tests/catch.h"
#include "tests/model/support/pdus.h"

using namespace sonda;
using namespace sonda::test;

TEST_CASE("a response without nonce says what the report's agents say and nothing else")
{
    const auto full = FullResponse();
    for (const auto& [key, value] : full.items())
    {
        nlohmann::json base = {{"tipo", "probe response"},
                               {"RAM", 1},
                               {"CPU", 1},
                               {"IP", "10.0.0.7"},
                               {"Door", 80}};
        const bool isBaseKey = base.contains(key);
        base[key] = value;
        CAPTURE(key);
        const bool isGood = isBaseKey || key == "nonce";
        CHECK(ResponseVerdict(base.dump()) == (isGood ? "accepted" : "base-form"));
        base["nonce"] = NONCE;
        CHECK(ResponseVerdict(base.dump()) == "accepted");
    }
}

TEST_CASE("a key that is at fault is told before the missing nonce, one that nobody knows is not")
{
    const std::string base =
        R"({"tipo":"probe response","RAM":1,"CPU":1,"IP":"10.0.0.7","Door":80)";
    CHECK(ResponseVerdict(base + R"(,"id":7})") == "wrong-type");
    CHECK(ResponseVerdict(base + R"(,"weight":0})") == "out-of-range");
    CHECK(ResponseVerdict(base + R"(,"weight":1})") == "base-form");
    CHECK(ResponseVerdict(base + R"(,"state":"ready"})") == "base-form");
    CHECK(ResponseVerdict(base + R"(,"notice":true})") == "missing-key");
    CHECK(ResponseVerdict(base + R"(,"disk":5,"monitor":"x"})") == "accepted");
}

TEST_CASE("monitor and stamp stand together, within their ranges")
{
    const auto verdict = [](const std::string& more)
    { return RequestVerdict(R"({"tipo":"probe request")" + more + "}"); };
    CHECK(verdict(R"(,"monitor":"0123456789abcdef","stamp":1)") == "accepted");
    CHECK(verdict(R"(,"monitor":"0123456789abcdef","stamp":9007199254740992)") == "accepted");
    CHECK(verdict(R"(,"monitor":"0123456789abcdef","stamp":9007199254740993)") == "out-of-range");
    CHECK(verdict(R"(,"monitor":"0123456789abcdef","stamp":0)") == "out-of-range");
    CHECK(verdict(R"(,"monitor":"0123456789abcdef","stamp":1.0)") == "wrong-type");
    CHECK(verdict(R"(,"monitor":"0123456789ABCDEF","stamp":1)") == "out-of-range");
    CHECK(verdict(R"(,"monitor":"0123456789abcde","stamp":1)") == "out-of-range");
    CHECK(verdict(R"(,"monitor":"0123456789abcdef")") == "missing-key");
    CHECK(verdict(R"(,"stamp":5)") == "missing-key");
    CHECK(verdict(R"(,"to":"")") == "out-of-range");
    CHECK(verdict(R"(,"to":7)") == "wrong-type");
}

#include "model/base/strict-json.h"
#include "tests/catch.h"

using namespace sonda;

namespace
{

/** Lists or objects in one another. */
std::string
Nested(int depth, bool objects)
{
    std::string text;
    std::string end;
    for (int i = 0; i < depth; ++i)
    {
        text += objects ? R"({"k":)" : "[";
        end += objects ? '}' : ']';
    }
    return text + "1" + end;
}

std::string
ErrorOf(const std::string& text)
{
    const auto json = ParseStrictJson(text, "F");
    return json ? "accepted" : json.GetError().message;
}

} // namespace

TEST_CASE("nesting has a limit, however it is made", "[strict-json]")
{
    for (const bool objects : {true, false})
    {
        CHECK(ErrorOf(Nested(MAX_JSON_DEPTH, objects)) == "accepted");
        for (const int depth : {MAX_JSON_DEPTH + 1, 1000, 1'000'000})
        {
            CAPTURE(objects, depth);
            const std::string error = ErrorOf(Nested(depth, objects));
            CHECK(error.find("F: is nested too deeply") == 0);
            CHECK(error.find("; at most 32 levels are allowed") != std::string::npos);
        }
    }
}

TEST_CASE("the key that holds what is too deep is named", "[strict-json]")
{
    CHECK(ErrorOf(R"({"a": 1, "listen": )" + Nested(50, false) + R"(, "z": 2})") ==
          "F: is nested too deeply within key 'listen'; at most 32 levels are allowed");
    CHECK(ErrorOf(R"({"a": [)" + Nested(50, true) + "," + Nested(60, false) + "]}")
              .find("within key 'a'") != std::string::npos);
    // Many beside one another are not deep.
    std::string wide = "[";
    for (int i = 0; i < 10'000; ++i)
    {
        wide += Nested(20, i % 2 == 0) + ",";
    }
    CHECK(ErrorOf(wide + "0]") == "accepted");
}

TEST_CASE("deep text that ends early is no JSON, and told in a line", "[strict-json]")
{
    const std::string error = ErrorOf(std::string(1'000'000, '['));
    CHECK(error.find("F: parse error at line 1, column 1000001") == 0);
    CHECK(error.size() < 500);
}

TEST_CASE("a message does not repeat a token of any length", "[strict-json]")
{
    const std::string longText(100'000, 'x');
    for (const std::string& text : {"{\"a\": \"" + longText,
                                    "{\"a\": \"" + longText + "\n\"}",
                                    "{" + longText,
                                    "{\"a\" \"" + longText + "\"}",
                                    std::string("{\"a\": 1") + std::string(100'000, '0') + "x}"})
    {
        const std::string error = ErrorOf(text);
        CAPTURE(error.substr(0, 1000));
        CHECK(error.find("F: ") == 0);
        CHECK(error.size() < 1000);
        CHECK_FALSE(HasUnprintable(error));
    }
}

TEST_CASE("a key that stands twice in one object is refused on every level", "[strict-json]")
{
    CHECK(ErrorOf(R"({"a": 1, "b": {"a": 2}, "c": {"a": 3}})") == "accepted");
    CHECK(ErrorOf(R"({"a": 1, "a": 2})") == "F: key 'a' stands twice in one object");
    CHECK(ErrorOf(R"([{"x": {"b": 1, "b": 2}}])") == "F: key 'b' stands twice in one object");
    CHECK(ErrorOf("{\"" + std::string(9999, 'k') + "\": 1, \"" + std::string(9999, 'k') + "\": 2}")
              .size() < 500);
    const auto twice = ParseJsonText(R"({"a": 1, "a": 2, "b": 0, "b": 0})");
    REQUIRE(twice);
    CHECK(twice->twice == std::vector<std::string>{"a", "b"});
}

TEST_CASE("comments are white space only where they are allowed", "[strict-json]")
{
    CHECK_FALSE(ParseJsonText("{} // end"));
    CHECK(ParseJsonText("{ /* a */ } // end", JsonComments::ALLOWED));
}

TEST_CASE("nothing behind a NUL byte escapes", "[strict-json]")
{
    CHECK(ErrorOf(std::string("{}\0 garbage", 11)) == "F: has a NUL byte, so it is no JSON");
    CHECK(ErrorOf("") != "accepted");
    CHECK(ErrorOf("\xff") != "accepted");
    CHECK(ErrorOf("{\"a\": 1e999}") != "accepted");
}

#include "model/selection/policy.h"
#include "tests/catch.h"

#include <set>
#include <string>

using namespace sonda;

namespace
{

std::string
ErrorOf(const std::string& text)
{
    const auto policy = MakePolicy(text);
    return policy ? "accepted" : policy.GetError().message;
}

} // namespace

TEST_CASE("every policy of the list can be made by its name")
{
    std::set<std::string> names;
    for (const auto& info : AllPolicies())
    {
        CAPTURE(info.name);
        CHECK(ErrorOf(info.name + (info.parameter.empty() ? "" : ":3")) == "accepted");
        CHECK_FALSE(info.about.empty());
        names.insert(info.name);
    }
    CHECK(names ==
          std::set<std::string>{"head", "best", "sample", "random", "round-robin", "weighted"});
}

TEST_CASE("an unknown policy is named, with all that there are")
{
    for (const char* text : {"", "Best", "best ", " best", "fastest"})
    {
        const std::string message = ErrorOf(text);
        INFO(message);
        CHECK(message == "policy, column 1: there is no policy '" + std::string(text) +
                             "'; policies: head best sample:d random round-robin weighted");
    }
    CHECK(ErrorOf("fastest:3").find("there is no policy 'fastest'") != std::string::npos);
}

TEST_CASE("a policy without parameter takes none, not even an empty one")
{
    CHECK(ErrorOf("head:2") == "policy, column 5: head takes no parameter, not ':2'");
    CHECK(ErrorOf("round-robin:") == "policy, column 12: round-robin takes no parameter, not ':'");
}

TEST_CASE("sample needs a number of candidates in its range")
{
    const std::string needs = ": sample needs the number of candidates to draw, 1 to 64, as in "
                              "'sample:2'";
    CHECK(ErrorOf("sample") == "policy, column 7" + needs);
    for (const char* parameter :
         {"", "0", "65", "-1", "+2", "2.0", "2x", " 2", "2 ", "2:3", "two", "99999999999999999999"})
    {
        CAPTURE(parameter);
        CHECK(ErrorOf("sample:" + std::string(parameter)) == "policy, column 8" + needs);
    }
    CHECK(ErrorOf("sample:1") == "accepted");
    CHECK(ErrorOf("sample:64") == "accepted");
}

TEST_CASE("it is known which policies look at scores")
{
    for (const char* text : {"head", "best", "sample:2"})
    {
        CHECK(LooksAtScores(text));
    }
    for (const char* text : {"random", "round-robin", "weighted"})
    {
        CHECK_FALSE(LooksAtScores(text));
    }
    CHECK(LooksAtScores("no-such-policy"));
}

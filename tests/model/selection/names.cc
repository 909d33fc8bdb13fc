#include "model/scoring/catalogue.h"
#include "model/selection/policy.h"
#include "tests/catch.h"
#include "tests/model/support/picks.h"

#include <set>
#include <string>

using namespace sonda;
using namespace sonda::test;

namespace
{

std::string
ErrorOf(const std::string& text, const Oracle* oracle = nullptr)
{
    const auto policy = MakePolicy(text, oracle);
    return policy ? "accepted" : policy.GetError().message;
}

bool
StartsWith(const std::string& text, const std::string& start)
{
    return text.compare(0, start.size(), start) == 0;
}

} // namespace

TEST_CASE("every policy of the list can be made from its example")
{
    const FixedOracle oracle;
    std::set<std::string> names;
    for (const auto& info : AllPolicies())
    {
        CAPTURE(info.name);
        CHECK(ErrorOf(info.example, &oracle) == "accepted");
        CHECK(StartsWith(info.example, info.name));
        CHECK_FALSE(info.about.empty());
        names.insert(info.name);
    }
    CHECK(names.size() == AllPolicies().size());
    // A policy is a file of that name; the build lists them.
    CHECK(names.count("best") == 1);
    CHECK(names.count("smooth-weighted") == 1);
}

TEST_CASE("an unknown policy is named, with all that there are")
{
    for (const char* text : {"", "Best", "best ", " best", "fastest", "fastest:3", "x@cut-off:1"})
    {
        const std::string message = ErrorOf(text);
        const std::string name = std::string(text).substr(0, std::string(text).find_first_of(":@"));
        INFO(message);
        CHECK(
            StartsWith(message, "policy, column 1: there is no policy '" + name + "'; policies:"));
        for (const char* known :
             {" head ", " sample:d ", " prequal-pool:q[:probes] ", " basic-li["})
        {
            CHECK(message.find(known) != std::string::npos);
        }
    }
}

TEST_CASE("who writes a contender for a policy is told its two parts")
{
    CHECK(ErrorOf("least-connections") ==
          "policy, column 1: 'least-connections' is a contender, which has two parts: the policy "
          "'best' with the formula 'connections'");
    CHECK(ErrorOf("min: rtt * (1 + inflight)/sample:2") ==
          "policy, column 1: 'min: rtt * (1 + inflight)/sample:2' is a contender, which has two "
          "parts: the policy 'sample:2' with the formula 'min: rtt * (1 + inflight)'");
    CHECK(StartsWith(ErrorOf("connections/fastest"), "policy, column 1: there is no policy '"));
    CHECK(StartsWith(ErrorOf("leastconn"), "policy, column 1: there is no policy 'leastconn'"));
}

TEST_CASE("a policy without parameter takes none, not even an empty one")
{
    CHECK(ErrorOf("head:2") == "policy, column 5: head takes no parameter, not ':2'");
    CHECK(ErrorOf("round-robin:") == "policy, column 12: round-robin takes no parameter, not ':'");
    CHECK(ErrorOf("best:1@cut-off:3") == "policy, column 5: best takes no parameter, not ':1'");
}

TEST_CASE("sample needs a number of candidates in its range")
{
    const std::string needs =
        ": sample needs the number of candidates to draw, a whole number from 1 to 64, as in "
        "'sample:2'";
    CHECK(ErrorOf("sample") == "policy, column 7" + needs);
    for (const char* parameter : {"",
                                  "0",
                                  "65",
                                  "-1",
                                  "+2",
                                  "2.0",
                                  "2x",
                                  " 2",
                                  "2 ",
                                  "2:3",
                                  "two",
                                  "1e1",
                                  "99999999999999999999"})
    {
        CAPTURE(parameter);
        CHECK(ErrorOf("sample:" + std::string(parameter)) == "policy, column 8" + needs);
    }
    CHECK(ErrorOf("sample:1") == "accepted");
    CHECK(ErrorOf("sample:64") == "accepted");
}

TEST_CASE("parameters are held to their ranges, and some may be left out")
{
    for (const char* good : {"softmax:0.1",
                             "softmax:1e3",
                             "threshold:-2.5",
                             "top:1",
                             "bounded-load:1",
                             "dynamic-feedback:0.5",
                             "basic-li",
                             "basic-li:8",
                             "c3:4",
                             "prequal:0",
                             "prequal:1",
                             "prequal-pool:0.84",
                             "prequal-pool:0.84:0.5",
                             "prequal-linear:1:20",
                             "join-below-threshold:1000000"})
    {
        CAPTURE(good);
        CHECK(ErrorOf(good) == "accepted");
    }
    for (const char* bad : {"softmax",
                            "softmax:0",
                            "softmax:-1",
                            "softmax:nan",
                            "softmax:inf",
                            "softmax:1e999",
                            "threshold:",
                            "top:0",
                            "top:1.5",
                            "bounded-load:0.99",
                            "basic-li:0",
                            "basic-li:1.5",
                            "aged-li:",
                            "aggressive-li:two",
                            "c3:0",
                            "prequal:1.01",
                            "prequal:-0.1",
                            "prequal-pool:0.84:0",
                            "prequal-pool:0.84:17",
                            "prequal-pool:0.84:3:1",
                            "prequal-linear:2",
                            "join-below-threshold:0",
                            "join-below-threshold:1000001",
                            "dynamic-feedback:0"})
    {
        const std::string message = ErrorOf(bad);
        const std::string name = std::string(bad).substr(0, std::string(bad).find(':'));
        INFO(bad << ": " << message);
        CHECK(StartsWith(message, "policy, column "));
        CHECK((message.find(": " + name + " needs the ") != std::string::npos ||
               message.find(": " + name + " may have the ") != std::string::npos));
    }
}

TEST_CASE("a rule about old reports stands behind an @")
{
    for (const char* good : {"best@cut-off:10",
                             "sample:2@decay:5",
                             "best@penalty:0.5",
                             "random@cut-off:1",
                             "c3@cut-off:7",
                             "basic-li:2@cut-off:10",
                             "prequal-pool:0.84:2@cut-off:3"})
    {
        CAPTURE(good);
        CHECK(ErrorOf(good) == "accepted");
    }
    const std::string rule = ": after @ stands what is done about old reports: cut-off:SECONDS, "
                             "decay:SECONDS or penalty:SECONDS, with a number above 0 and up to "
                             "1000000, as in 'best@cut-off:10'";
    for (const char* bad : {"",
                            "cut-off",
                            "cut-off:",
                            "cut-off:0",
                            "cut-off:-1",
                            "decay:x",
                            "fade:3",
                            "decay:1e7",
                            "decay:5@cut-off:3",
                            " decay:5",
                            "decay:5:2"})
    {
        CAPTURE(bad);
        CHECK(ErrorOf("sample:2@" + std::string(bad)) == "policy, column 10" + rule);
    }
    CHECK(ErrorOf("random@decay:5") ==
          "policy, column 8: random does not pick by score; it takes @cut-off:SECONDS only");
    CHECK(ErrorOf("dictionary@cut-off:5") ==
          "policy, column 11: dictionary has its own way with old reports, and takes no @");
}

TEST_CASE("policies that know the truth exist in a simulation only")
{
    const FixedOracle oracle;
    // So a proxy does not offer them.
    CHECK(ErrorOf("nosuch").find("central-queue") == std::string::npos);
    CHECK(ErrorOf("nosuch").find("fresh-") == std::string::npos);
    CHECK(ErrorOf("nosuch", &oracle).find(" central-queue") != std::string::npos);
    for (const char* name : {"fresh-shortest-queue", "fresh-least-work", "central-queue"})
    {
        CHECK(ErrorOf(name) == "policy, column 1: " + std::string(name) +
                                   " knows the true state of the servers; that exists only in a "
                                   "simulation without packets");
        CHECK(ErrorOf(name, &oracle) == "accepted");
    }
}

TEST_CASE("a policy alone goes with a formula of the catalogue")
{
    const Catalogue catalogue = Catalogue::BuiltIn();
    for (const auto& info : AllPolicies())
    {
        CAPTURE(info.name);
        CHECK(catalogue.Find(info.defaultFormula));
        CHECK(DefaultFormulaOf(info.example) == info.defaultFormula);
        CHECK(DefaultFormulaOf(info.example + "@cut-off:5") == info.defaultFormula);
    }
    CHECK(DefaultFormulaOf("sample:2") == "connections");
    CHECK(DefaultFormulaOf("random") == "none");
    CHECK(DefaultFormulaOf("weighted") == "weight");
    CHECK(DefaultFormulaOf("no-such-policy") == "connections");
}

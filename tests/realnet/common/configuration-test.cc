#include "realnet/agent/options.h"
#include "realnet/common/configuration.h"
#include "realnet/common/manual-page.h"
#include "realnet/proxy/options.h"
#include "tests/catch.h"

#include <algorithm>

using namespace sonda;

namespace
{

/** The problems of a proxy's file, one a line. */
std::string
ProblemsOf(const std::string& text)
{
    ProxyReading reading;
    std::string result;
    for (const Problem& problem : ReadConfigurationText(reading.table, text, "F"))
    {
        result += ToString(problem) + "\n";
    }
    return result;
}

} // namespace

TEST_CASE("a configuration file sets options by key", "[configuration]")
{
    ProxyReading reading;
    const auto problems =
        ReadConfigurationText(reading.table,
                              R"({"idle_timeout": "2m", "workers": 3, "base_form": true} // end)",
                              "F");
    REQUIRE(problems.empty());
    CHECK(reading.command.connection.idle == std::chrono::minutes(2));
    CHECK(reading.command.workers == 3);
    CHECK(reading.command.baseForm);
    CHECK(reading.command.connection.connect == std::chrono::seconds(3)); // the default stays
    CHECK(reading.table.Get("workers").Where() == "F: workers");
    CHECK(reading.table.Get("policy").Where() == "--policy");
}

TEST_CASE("every problem of a file is named with file, key and reason", "[configuration]")
{
    const std::string problems = ProblemsOf(
        R"({"nosuch": 1, "workers": 0, "idle_timeout": 5, "policy": "a", "policy": "b",
            "base_form": "yes"})");
    CHECK(std::count(problems.begin(), problems.end(), '\n') == 5);
    for (const char* part : {"F: nosuch: is no known key; there are: listen, ",
                             "F: workers: \"0\" is not a whole number from 1 to 256",
                             "F: idle_timeout: must be a string, not 5",
                             "F: policy: stands there twice",
                             "F: base_form: must be true or false, not \"yes\""})
    {
        CAPTURE(part, problems);
        CHECK(problems.find(part) != std::string::npos);
    }
}

TEST_CASE("what is not one JSON object is a problem, not a crash", "[configuration]")
{
    for (const char* text :
         {"", "[]", "{", "1", "{\"a\":}", "\xff", "{} {}", "null", "{\"policy\":\"\xff\"}"})
    {
        CAPTURE(text);
        CHECK(!ProblemsOf(text).empty());
    }
    CHECK(ProblemsOf("{\n\"a\" 1}").find("F: parse error at line 2") == 0);
    // Options of the command line alone are no keys.
    CHECK(ProblemsOf(R"({"check": true})").find("no known key") != std::string::npos);
}

TEST_CASE("deep values are refused before they are walked through", "[configuration]")
{
    for (const std::string key : {"listen", "nosuch", "server"})
    {
        const std::string problems = ProblemsOf("{\"" + key + "\": " + std::string(100'000, '[') +
                                                std::string(100'000, ']') + "}");
        CHECK(problems ==
              "F: is nested too deeply within key '" + key + "'; at most 32 levels are allowed\n");
    }
}

TEST_CASE("a problem has an end, whatever it quotes", "[configuration]")
{
    const std::string longText(100'000, 'x');
    for (const std::string& text : {"{\"workers\": \"" + longText + "\"}",
                                    "{\"policy\": [\"" + longText + "\"]}",
                                    "{\"listen\": \"" + longText + "\"}",
                                    "{\"" + longText + "\": 1}",
                                    "{\"server\": \"10.0.0.1:80," + longText + "\"}",
                                    "{\"workers\": \"" + longText})
    {
        const std::string problems = ProblemsOf(text);
        CAPTURE(problems.substr(0, 300));
        CHECK(!problems.empty());
        CHECK(problems.size() < 2000);
    }
    CHECK(ToString({longText, longText}).size() < 5000);
    CHECK(ProblemsOf(R"({"idle_timeout": "\u001b[2J\n"})").find(R"("\x1b[2J\x0a" is not)") !=
          std::string::npos);
}

TEST_CASE("times that make no sense are refused with the reason", "[configuration]")
{
    CHECK(ProblemsOf(R"({"interval": "1us", "window": "1us"})")
              .find("F: interval: \"1us\" is less than 10ms: every round goes to all hosts") !=
          std::string::npos);
    CHECK(ProblemsOf(R"({"window": "1us"})").find("F: window: \"1us\" is less than 1ms") !=
          std::string::npos);
    CHECK(ProblemsOf(R"({"connect_timeout": "20us"})").find("less than 1ms") != std::string::npos);
    CHECK(ProblemsOf(R"({"slow_start": "20us"})").find("less than 1ms") != std::string::npos);
    CHECK(ProblemsOf(R"({"interval": "10ms", "window": "1ms", "slow_start": "off"})").empty());
}

TEST_CASE("options override the file, and its faults are still told", "[configuration]")
{
    ProxyReading reading;
    CommandLine line{{"workers", {"5"}}, {"config", {"/nonexistent/file"}}};
    const auto problems = ReadProxyCommand(reading, line);
    REQUIRE(problems.size() == 1);
    CHECK(ToString(problems[0]) == "--config: /nonexistent/file: No such file or directory");
    CHECK(reading.command.workers == 5);
}

TEST_CASE("options that exclude each other are named with where they stand", "[configuration]")
{
    ProxyReading reading;
    ReadConfigurationText(reading.table, R"({"accept_base": true})", "F");
    const auto problems = ReadProxyCommand(reading, {{"key-file", {"k"}}});
    REQUIRE(problems.size() == 1);
    CHECK(ToString(problems[0]).find("F: accept_base: and --key-file exclude each other") == 0);
}

TEST_CASE("a reload tells what needs a restart", "[configuration]")
{
    ProxyReading before;
    ProxyReading after;
    ReadConfigurationText(after.table,
                          R"({"workers": 3, "listen": "80", "idle_timeout": "1s"})",
                          "F");
    // The listen address is the default one, and the timeout changes without a restart.
    CHECK(NeedRestart(before.table, after.table) == std::vector<std::string>{"F: workers"});
}

TEST_CASE("the manual names every option", "[configuration]")
{
    const auto check = [](const ProgramText& program, const OptionTable& table)
    {
        std::string page = ManualPage(program, table);
        page.erase(std::remove(page.begin(), page.end(), '\\'), page.end());
        for (const Option& option : table.All())
        {
            CAPTURE(option.name);
            CHECK(page.find("fB--" + option.name + "fR") != std::string::npos);
            CHECK(page.find(option.meaning) != std::string::npos);
        }
    };
    check(ProxyProgram("1"), ProxyReading().table);
    check(AgentProgram("1"), AgentReading().table);
}

TEST_CASE("whole and real numbers of options", "[configuration]")
{
    CHECK(*ParseWhole("7", 1, 9) == 7);
    CHECK(*ParseReal("2.5", 1, 9) == 2.5);
    for (const char* bad : {"", "0", "10", "-1", "1x", "1.5", " 1", "+1", "99999999999999999999"})
    {
        CAPTURE(bad);
        CHECK(!ParseWhole(bad, 1, 9));
    }
    for (const char* bad : {"", "0", "nan", "inf", "1x", "1e99"})
    {
        CAPTURE(bad);
        CHECK(!ParseReal(bad, 1, 9));
    }
}

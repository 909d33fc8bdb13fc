#include "model/scoring/formula.h"
#include "tests/catch.h"

#include <cmath>
#include <string>
#include <tuple>

using namespace sonda;

namespace
{

std::string
ErrorOf(const std::string& text)
{
    const auto formula = Formula::Parse(text);
    return formula ? "accepted" : formula.GetError().message;
}

void
CheckError(const std::string& text, std::size_t column, const std::string& part)
{
    const std::string message = ErrorOf(text);
    INFO(message);
    CHECK(message.find("formula, column " + std::to_string(column) + ": ") == 0);
    CHECK(message.find(part) != std::string::npos);
    // The text with a mark under the column.
    CHECK(message.find("\n  " + text + "\n  " + std::string(column - 1, ' ') + "^") !=
          std::string::npos);
}

} // namespace

TEST_CASE("a formula is a sense and an expression")
{
    const auto lowest = Formula::Parse("min: rtt * (1 + inflight)");
    REQUIRE(lowest);
    CHECK(lowest->GetSense() == Sense::LOWEST);
    CHECK(lowest->GetText() == "min: rtt * (1 + inflight)");
    CHECK(lowest->GetName() == lowest->GetText());
    CHECK(lowest->GetVariables() == std::vector<Variable>{Variable::RTT, Variable::INFLIGHT});

    const auto highest = Formula::Parse("  max :cpu", "most-cpu");
    REQUIRE(highest);
    CHECK(highest->GetSense() == Sense::HIGHEST);
    CHECK(highest->GetName() == "most-cpu");
    CHECK(highest->GetVariables() == std::vector<Variable>{Variable::CPU});
}

TEST_CASE("an error about the sense shows what a formula looks like")
{
    CheckError("", 1, "expected a sense and an expression, for example 'min: rtt");
    CheckError("   ", 1, "expected a sense");
    CheckError("rtt", 1, "expected a sense");
    CheckError("mim: rtt", 1, "must be min (lowest is best) or max, not 'mim'");
    CheckError("  MIN: rtt", 3, "not 'MIN'");
    CheckError("min max: rtt", 1, "not 'min max'");
    CheckError("min:", 5, "an expression must follow the sense");
    CheckError("min:   ", 8, "an expression must follow the sense");
}

TEST_CASE("an error about the sense names no character that is not there")
{
    CheckError(": rtt", 1, "must be min (lowest is best) or max, not ''");
}

TEST_CASE("an unknown word is shown with all that are known")
{
    CheckError("min: foo + 1", 6, "'foo' is not known");
    CheckError("min: rtt + RTT", 12, "'RTT' is not known");
    CheckError("min: rtt % 2", 10, "'%' is not known");
    const std::string message = ErrorOf("min: foo");
    for (const auto& info : AllVariables())
    {
        CHECK(message.find(std::string(" ") + info.name) != std::string::npos);
    }
    for (const char* function : {"abs", "avg", "exp", "log2", "max", "min", "sqrt", "tanh"})
    {
        CHECK(message.find(std::string(" ") + function) != std::string::npos);
    }
}

TEST_CASE("an error of the expression names its column")
{
    CheckError("min: rtt *", 11, "a value is missing here");
    CheckError("min: *rtt", 6, "a value is missing here");
    CheckError("min: (rtt", 10, "a closing parenthesis is missing");
    CheckError("min: sqrt(rtt", 14, "a closing parenthesis is missing");
    CheckError("min: rtt)", 9, "unexpected parenthesis");
    CheckError("min: rtt cpu", 10, "an operator is missing");
    CheckError("min: 1 2", 8, "an operator is missing");
    CheckError("min: rtt ? 1", 13, "a ? needs a : with the other value");
    CheckError("min: \"abc\"", 6, "a formula has no texts");
    CheckError("min: rtt, cpu", 6, "a formula has one value, this has 2");
}

TEST_CASE("a function's parameters are counted")
{
    CheckError("min: sqrt()", 11, "'sqrt' has too few parameters");
    CheckError("min: sqrt(rtt, cpu)", 19, "'sqrt' has too many parameters");
}

TEST_CASE("a formula cannot assign, but compare")
{
    CheckError("min: rtt = 3", 10, "a formula cannot assign; to compare write ==");
    CheckError("min: a=b", 7, "cannot assign");
    CheckError("min: rtt =< 3", 10, "cannot assign");
    for (const char* text : {"min: rtt == 3", "min: rtt <= 3", "min: rtt >= 3", "min: rtt != 3"})
    {
        CHECK(ErrorOf(text) == "accepted");
    }
}

TEST_CASE("a text of more than 2000 characters is a mistake")
{
    const std::string long_ = "min: rtt" + std::string(1992, ' ');
    CHECK(ErrorOf(long_) == "accepted");
    CHECK(ErrorOf(long_ + " ") == "formula: 2001 characters; at most 2000");
    CHECK(ErrorOf("min: " + std::string(990, '(') + "rtt" + std::string(990, ')')) == "accepted");
}

TEST_CASE("a score that is never a finite number is a mistake")
{
    for (const char* text : {"min: 0/0",
                             "min: 1e308*1e308",
                             "max: -1/0",
                             "min: sqrt(-1)",
                             "min: rtt + 0/0",
                             "min: cpu * 1e308 * 1e308 + 1e308 * 1e308",
                             "max: log(-1 - abs(rtt)) * inflight",
                             "min: inflight > 3 ? 0/0 : 1/0"})
    {
        CheckError(text, 6, "the score is no finite number, whatever an agent's figures are");
    }
    // Who is not finite for some agents only ranks them last, or first.
    for (const char* text : {"min: 1",
                             "min: 1/inflight",
                             "min: inflight > 0 ? 0/0 : 1",
                             "min: cpu == 1 ? 1 : 1/0",
                             "max: sqrt(1e-9 - rtt)",
                             "max: 1/(1e9 - ram)",
                             "min: ram > 4e9 && ram_total > 4e9 ? 1 : 0/0"})
    {
        CAPTURE(text);
        CHECK(ErrorOf(text) == "accepted");
    }
}

TEST_CASE("a formula stands in one line")
{
    for (const auto& [text, column, shown] :
         {std::make_tuple(std::string("min: rtt\n+1"), "9", "\\x0a"),
          std::make_tuple(std::string("min: rtt\r"), "9", "\\x0d"),
          std::make_tuple(std::string("min:\x1b rtt"), "5", "\\x1b"),
          std::make_tuple(std::string("min: rtt\x7f"), "9", "\\x7f"),
          std::make_tuple(std::string("min: rtt\0+1", 11), "9", "\\x00")})
    {
        const std::string error = ErrorOf(text);
        CAPTURE(error);
        CHECK(error.find("formula, column " + std::string(column) +
                         ": a formula stands in one line, without control characters; this is " +
                         shown + "\n") == 0);
    }
    CHECK(ErrorOf("min:\trtt") == "accepted");
}

TEST_CASE("a message shows the text around the fault, not all of it")
{
    const std::string error =
        ErrorOf("min: rtt" + std::string(900, ' ') + "+ nosuch" + std::string(900, ' ') + "+ 1");
    CAPTURE(error);
    CHECK(error.find("formula, column 911: 'nosuch' is not known") == 0);
    const auto shown = error.substr(error.find('\n'));
    CHECK(shown.size() < 500);
    // The mark stands below the first letter.
    const auto mark = shown.rfind('\n');
    CHECK(shown.find("nosuch") - 1 == shown.size() - 1 - mark - 1);
    CHECK(ErrorOf(std::string(1999, 'x') + ":").size() < 1000);
}

TEST_CASE("a formula computes what it says")
{
    FormulaInputs inputs{};
    const auto set = [&inputs](Variable variable, double value)
    { inputs[static_cast<std::size_t>(variable)] = value; };
    set(Variable::RAM, 3e9);
    set(Variable::CPU, 80);
    set(Variable::ELAPSED, 0.25);
    set(Variable::RTT, 0.01);
    set(Variable::INFLIGHT, 4);
    const auto value = [&inputs](const char* text) { return Formula::Parse(text)->Score(inputs); };
    CHECK(value("min: ram * (1 - cpu * 0.01) * elapsed / 3") == Approx(3e9 * 0.2 * 0.25 / 3));
    CHECK(value("min: rtt * (1 + inflight)") == Approx(0.05));
    CHECK(value("max: min(cpu, 10) + max(1, 2, 3)") == 13);
    CHECK(value("max: cpu > 50 ? 1 : 2") == 1);
    CHECK(value("max: 2 ^ 3 ^ 2") == 512);
    CHECK(value("max: cpu / (inflight - 4)") == HUGE_VAL);
    CHECK(std::isnan(value("max: (inflight - 4) / (inflight - 4)")));
}

TEST_CASE("a formula can be moved and keeps computing")
{
    Formula first = std::move(*Formula::Parse("min: rtt"));
    Formula second = std::move(*Formula::Parse("max: cpu"));
    second = std::move(first);
    FormulaInputs inputs{};
    inputs[static_cast<std::size_t>(Variable::RTT)] = 7;
    CHECK(second.Score(inputs) == 7);
    CHECK(second.GetSense() == Sense::LOWEST);
}

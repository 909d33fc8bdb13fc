#include "model/scoring/formula.h"
#include "tests/catch.h"

#include <cmath>
#include <limits>
#include <vector>

using namespace sonda;

namespace
{

constexpr double NONE = std::numeric_limits<double>::quiet_NaN();
constexpr double INF = std::numeric_limits<double>::infinity();

const std::vector<double> SCORES =
    {-INF, -1e308, -1, -1e-308, -0.0, 0.0, 1e-308, 1, 1e308, INF, NONE, -NONE};

bool
Better(const Formula& formula, double a, double b)
{
    return formula.Rank(a) < formula.Rank(b);
}

} // namespace

TEST_CASE("better is a strict weak order for all scores, NaN and infinities among them")
{
    for (const char* text : {"min: rtt", "max: rtt"})
    {
        const auto formula = Formula::Parse(text);
        const auto better = [&](double a, double b) { return Better(*formula, a, b); };
        const auto alike = [&](double a, double b) { return !better(a, b) && !better(b, a); };
        for (const double a : SCORES)
        {
            CHECK_FALSE(better(a, a));
            for (const double b : SCORES)
            {
                CAPTURE(text, a, b);
                CHECK_FALSE((better(a, b) && better(b, a)));
                for (const double c : SCORES)
                {
                    CAPTURE(c);
                    CHECK((!better(a, b) || !better(b, c) || better(a, c)));
                    CHECK((!alike(a, b) || !alike(b, c) || alike(a, c)));
                }
            }
        }
    }
}

TEST_CASE("the sense says which of two scores is better")
{
    const auto lowest = Formula::Parse("min: rtt");
    CHECK(Better(*lowest, 1, 2));
    CHECK_FALSE(Better(*lowest, 2, 1));
    CHECK(Better(*lowest, -INF, 0));
    const auto highest = Formula::Parse("max: rtt");
    CHECK(Better(*highest, 2, 1));
    CHECK_FALSE(Better(*highest, 1, 2));
    CHECK(Better(*highest, INF, 0));
}

TEST_CASE("nothing is worse than NaN")
{
    for (const char* text : {"min: rtt", "max: rtt"})
    {
        const auto formula = Formula::Parse(text);
        for (const double score : SCORES)
        {
            CAPTURE(text, score);
            CHECK_FALSE(Better(*formula, NONE, score));
        }
        CHECK(Better(*formula, 1e308, NONE));
        CHECK(Better(*formula, -1e308, NONE));
    }
}

TEST_CASE("an agent that does not report a figure of the formula ranks last, whatever is computed")
{
    for (const char* text : {"min: reported",
                             "min: max(cpu, reported)",
                             "min: min(cpu, reported)",
                             "min: min(reported, cpu)",
                             "min: reported < 3 ? 1 : 2",
                             "min: sign(reported)",
                             "min: reported ^ 0",
                             "min: cpu && reported",
                             "min: 0 * reported"})
    {
        const auto formula = Formula::Parse(text);
        FormulaInputs inputs{};
        inputs[static_cast<std::size_t>(Variable::REPORTED)] = NONE;
        CAPTURE(text);
        CHECK(std::isnan(formula->Score(inputs)));
        inputs[static_cast<std::size_t>(Variable::REPORTED)] = 1;
        CHECK_FALSE(std::isnan(formula->Score(inputs)));
    }
    // A figure that the formula does not name is nobody's business.
    FormulaInputs inputs{};
    inputs[static_cast<std::size_t>(Variable::REPORTED)] = NONE;
    CHECK(Formula::Parse("min: cpu")->Score(inputs) == 0);
}

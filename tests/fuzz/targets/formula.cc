/** Formulas by their text (0), and files of named ones (1). */
#include "model/scoring/catalogue.h"
#include "tests/fuzz/targets/check.h"

#include <cmath>

using namespace sonda;
using namespace sonda::fuzz;

namespace
{

/** Figures of one agent; some are not known. */
FormulaInputs
Inputs(double step)
{
    FormulaInputs inputs{};
    for (std::size_t i = 0; i < inputs.size(); ++i)
    {
        inputs[i] = static_cast<double>(i + 1) * step;
    }
    return inputs;
}

void
CheckFormula(const Formula& formula)
{
    for (const double step : {0.0, 1e-3, 7e8})
    {
        const FormulaInputs inputs = Inputs(step);
        const double score = formula.Score(inputs);
        const double again = formula.Score(inputs);
        FUZZ_CHECK(score == again || (std::isnan(score) && std::isnan(again)));
        const double rank = formula.Rank(score);
        FUZZ_CHECK(!std::isnan(rank));
        FUZZ_CHECK(!std::isfinite(score) || formula.ScoreOfRank(rank) == score);
    }
    if (!formula.GetVariables().empty())
    {
        FormulaInputs unknown = Inputs(1);
        unknown[static_cast<std::size_t>(formula.GetVariables().front())] = std::nan("");
        FUZZ_CHECK(std::isnan(formula.Score(unknown)));
    }
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const Choice choice = Choose(data, size);
    if (choice.which == 1)
    {
        Catalogue catalogue;
        if (const auto added = catalogue.Add(choice.text, "file"); !added)
        {
            CheckMessage(added.GetError().message);
        }
        return 0;
    }
    const auto formula = Formula::Parse(choice.text);
    if (!formula)
    {
        CheckMessage(formula.GetError().message);
        return 0;
    }
    FUZZ_CHECK(formula->GetText() == choice.text);
    CheckFormula(*formula);
    const auto again = Formula::Parse(formula->GetText());
    FUZZ_CHECK(again && again->GetVariables() == formula->GetVariables());
    return 0;
}

#include "model/scoring/formula.h"

#include "model/base/shown.h"
#include "model/scoring/formula-text.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <muParser.h>
#include <optional>

namespace sonda
{

namespace
{

std::string
VariableNames()
{
    std::string names;
    for (const auto& info : AllVariables())
    {
        names += (names.empty() ? "" : " ") + std::string(info.name);
    }
    return names;
}

} // namespace

struct Formula::Expression
{
    /** Knows the variables and functions of every formula, and no text yet. */
    Expression()
    {
        for (const auto& info : AllVariables())
        {
            parser.DefineVar(info.name, &values[static_cast<std::size_t>(info.variable)]);
        }
        parser.DefineFun(
            "floor",
            +[](double x) { return std::floor(x); });
    }

    mu::Parser parser;
    FormulaInputs values{};
};

namespace
{

std::string
FunctionNames(const mu::Parser& parser)
{
    std::string names;
    for (const auto& function : parser.GetFunDef())
    {
        names += " " + function.first;
    }
    return names;
}

/** What is wrong, in our words: muParser's own count positions from 0 and from the expression. */
std::string
Explain(const mu::Parser::exception_type& error, const mu::Parser& parser)
{
    const std::string token = Shown(error.GetToken().substr(0, error.GetToken().find(' ')));
    switch (error.GetCode())
    {
    case mu::ecUNASSIGNABLE_TOKEN:
        return "'" + token + "' is not known; variables: " + VariableNames() +
               "; functions:" + FunctionNames(parser);
    case mu::ecUNEXPECTED_EOF:
    case mu::ecUNEXPECTED_OPERATOR:
        return "a value is missing here";
    case mu::ecUNEXPECTED_VAL:
    case mu::ecUNEXPECTED_VAR:
    case mu::ecUNEXPECTED_FUN:
        return "an operator is missing before '" + token + "'";
    case mu::ecUNEXPECTED_ARG_SEP:
        return "unexpected comma";
    case mu::ecTOO_FEW_PARAMS:
        return "'" + token + "' has too few parameters";
    case mu::ecTOO_MANY_PARAMS:
        return "'" + token + "' has too many parameters";
    case mu::ecMISSING_PARENS:
        return "a closing parenthesis is missing";
    case mu::ecUNEXPECTED_PARENS:
        return "unexpected parenthesis";
    case mu::ecMISSING_ELSE_CLAUSE:
        return "a ? needs a : with the other value";
    default:
        return error.GetMsg();
    }
}

} // namespace

Formula::Formula(Sense sense,
                 std::string text,
                 std::string name,
                 std::unique_ptr<Expression> expression)
    : m_sense(sense),
      m_text(std::move(text)),
      m_name(std::move(name)),
      m_expression(std::move(expression)),
      m_values(&m_expression->values),
      m_static(true)
{
    const auto used = m_expression->parser.GetUsedVar();
    for (const auto& info : AllVariables())
    {
        if (used.count(info.name) > 0)
        {
            m_variables.push_back(info.variable);
            m_static = m_static && info.isStatic;
        }
    }
}

Formula::Formula(Formula&&) noexcept = default;
Formula& Formula::operator=(Formula&&) noexcept = default;
Formula::~Formula() = default;

Expected<Formula>
Formula::Parse(std::string_view source, const std::string& name)
{
    const std::string text(source);
    const auto header = ReadFormulaText(text);
    if (!header)
    {
        return header.GetError();
    }
    const std::size_t offset = header->expressionAt;
    auto expression = std::make_unique<Expression>();
    try
    {
        expression->parser.SetExpr(text.substr(offset));
        int results = 0;
        expression->parser.Eval(results);
        if (results != 1)
        {
            return FormulaErrorAt(text,
                                  offset,
                                  "a formula has one value, this has " + std::to_string(results));
        }
        Formula formula(header->sense, text, name.empty() ? text : name, std::move(expression));
        if (!formula.IsEverFinite())
        {
            return FormulaErrorAt(text,
                                  offset,
                                  "the score is no finite number, whatever an agent's figures are");
        }
        return formula;
    }
    catch (const mu::Parser::exception_type& error)
    {
        const auto position = error.GetPos() < 0 ? text.size() - offset : error.GetPos();
        return FormulaErrorAt(text,
                              offset + static_cast<std::size_t>(position),
                              Explain(error, expression->parser));
    }
}

bool
Formula::IsEverFinite() const
{
    // All figures 0; all alike, of every order of magnitude; then each variable of another one:
    // multiples of the golden ratio modulo 1 fill the range evenly.
    constexpr int LEAST_ORDER = -7;
    constexpr int ORDERS = 21;
    constexpr int TRIALS = 1 + ORDERS + 400;
    constexpr double GOLDEN = 0.6180339887498949;
    const int trials = m_variables.empty() ? 1 : TRIALS;
    for (int trial = 0; trial < trials; ++trial)
    {
        const auto valueOf = [trial](Variable variable)
        {
            if (trial == 0)
            {
                return 0.0;
            }
            if (trial <= ORDERS)
            {
                return std::pow(10.0, LEAST_ORDER + trial - 1);
            }
            const double step = trial * (1.0 + static_cast<double>(variable)) * GOLDEN;
            return std::pow(10.0, LEAST_ORDER + (step - std::floor(step)) * ORDERS);
        };
        if (std::isfinite(ScoreOf(valueOf)))
        {
            return true;
        }
    }
    return false;
}

double
Formula::Evaluate() const
{
    return m_expression->parser.Eval();
}

bool
Formula::Uses(Variable variable) const
{
    return std::find(m_variables.begin(), m_variables.end(), variable) != m_variables.end();
}

} // namespace sonda

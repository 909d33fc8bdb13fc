#include "model/scoring/formula.h"

#include "model/base/shown.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <muParser.h>
#include <optional>

namespace sonda
{

namespace
{

/** Longer texts are mistakes; muParser copies the text while it parses. */
constexpr std::size_t MAX_TEXT = 2000;

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

/** Characters of a formula that a message shows on either side of a fault. */
constexpr std::size_t SHOWN_AROUND = 100;

/** One character each, so that a mark below stands where it belongs. */
std::string
InOneLine(std::string text)
{
    for (char& c : text)
    {
        const auto code = static_cast<unsigned char>(c);
        c = code < 0x20 || code == 0x7F ? '?' : c;
    }
    return text;
}

/** The message with the text and a mark under the position; position may be past the end. */
Error
ErrorAt(const std::string& text, std::size_t position, const std::string& message)
{
    position = std::min(position, text.size());
    const std::size_t from = position > SHOWN_AROUND ? position - SHOWN_AROUND : 0;
    const std::size_t to = std::min(position + SHOWN_AROUND, text.size());
    const std::string before = from > 0 ? "... " : "";
    return Error{"formula, column " + std::to_string(position + 1) + ": " + message + "\n  " +
                 before + InOneLine(text.substr(from, to - from)) +
                 (to < text.size() ? " ..." : "") + "\n  " +
                 std::string(before.size() + position - from, ' ') + "^"};
}

/** \return where a control character stands; blanks and tabs are none. */
std::optional<std::size_t>
FindControl(const std::string& text)
{
    const auto isControl = [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; };
    const auto found = std::find_if(text.begin(), text.end(), isControl);
    return found == text.end()
               ? std::nullopt
               : std::make_optional(static_cast<std::size_t>(std::distance(text.begin(), found)));
}

/** \return where the expression assigns, which would let one score change the next. */
std::optional<std::size_t>
FindAssignment(const std::string& text, std::size_t from)
{
    for (std::size_t i = from; i < text.size(); ++i)
    {
        if (text[i] != '=')
        {
            continue;
        }
        const bool comparison =
            (i + 1 < text.size() && text[i + 1] == '=') ||
            (i > from && std::string("=<>!").find(text[i - 1]) != std::string::npos);
        if (!comparison)
        {
            return i;
        }
    }
    return std::nullopt;
}

struct Header
{
    Sense sense;
    std::size_t expressionAt;
};

/** Reads `min:` or `max:` with blanks before and after. */
Expected<Header>
ParseHeader(const std::string& text)
{
    const auto start = text.find_first_not_of(" \t");
    const auto colon = text.find(':');
    if (start == std::string::npos || colon == std::string::npos)
    {
        return ErrorAt(text,
                       0,
                       "expected a sense and an expression, for example "
                       "'min: rtt * (1 + inflight)' or 'max: cpu'");
    }
    const auto last = text.find_last_not_of(" \t", colon == 0 ? 0 : colon - 1);
    const std::string sense = start == colon ? "" : text.substr(start, last - start + 1);
    const auto expression = text.find_first_not_of(" \t", colon + 1);
    if (sense != "min" && sense != "max")
    {
        return ErrorAt(text,
                       start,
                       "the sense must be min (lowest is best) or max, not '" + Shown(sense) + "'");
    }
    if (expression == std::string::npos)
    {
        return ErrorAt(text, text.size(), "an expression must follow the sense");
    }
    return Header{sense == "min" ? Sense::LOWEST : Sense::HIGHEST, expression};
}

} // namespace

struct Formula::Expression
{
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
    if (text.size() > MAX_TEXT)
    {
        return Error{"formula: " + std::to_string(text.size()) + " characters; at most " +
                     std::to_string(MAX_TEXT)};
    }
    if (const auto control = FindControl(text))
    {
        return ErrorAt(text,
                       *control,
                       "a formula stands in one line, without control characters; this is " +
                           Shown(text.substr(*control, 1)));
    }
    const auto header = ParseHeader(text);
    if (!header)
    {
        return header.GetError();
    }
    const std::size_t offset = header->expressionAt;
    if (const auto position = FindAssignment(text, offset))
    {
        return ErrorAt(text, *position, "a formula cannot assign; to compare write ==");
    }
    if (const auto quote = text.find('"', offset); quote != std::string::npos)
    {
        return ErrorAt(text, quote, "a formula has no texts, only numbers");
    }
    auto expression = std::make_unique<Expression>();
    try
    {
        for (const auto& info : AllVariables())
        {
            const auto place = static_cast<std::size_t>(info.variable);
            expression->parser.DefineVar(info.name, &expression->values[place]);
        }
        expression->parser.DefineFun(
            "floor",
            +[](double x) { return std::floor(x); });
        expression->parser.SetExpr(text.substr(offset));
        int results = 0;
        expression->parser.Eval(results);
        if (results != 1)
        {
            return ErrorAt(text,
                           offset,
                           "a formula has one value, this has " + std::to_string(results));
        }
        Formula formula(header->sense, text, name.empty() ? text : name, std::move(expression));
        if (!formula.IsEverFinite())
        {
            return ErrorAt(text,
                           offset,
                           "the score is no finite number, whatever an agent's figures are");
        }
        return formula;
    }
    catch (const mu::Parser::exception_type& error)
    {
        const auto position = error.GetPos() < 0 ? text.size() - offset : error.GetPos();
        return ErrorAt(text,
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

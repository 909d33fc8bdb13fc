#include "model/scoring/formula-text.h"

#include "model/base/shown.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace sonda
{

namespace
{

/** Longer texts are mistakes; muParser copies the text while it parses. */
constexpr std::size_t MAX_TEXT = 2000;

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

/** Reads `min:` or `max:` with blanks before and after. */
Expected<FormulaHeader>
ParseHeader(const std::string& text)
{
    const auto start = text.find_first_not_of(" \t");
    const auto colon = text.find(':');
    if (start == std::string::npos || colon == std::string::npos)
    {
        return FormulaErrorAt(text,
                              0,
                              "expected a sense and an expression, for example "
                              "'min: rtt * (1 + inflight)' or 'max: cpu'");
    }
    const auto last = text.find_last_not_of(" \t", colon == 0 ? 0 : colon - 1);
    const std::string sense = start == colon ? "" : text.substr(start, last - start + 1);
    const auto expression = text.find_first_not_of(" \t", colon + 1);
    if (sense != "min" && sense != "max")
    {
        return FormulaErrorAt(text,
                              start,
                              "the sense must be min (lowest is best) or max, not '" +
                                  Shown(sense) + "'");
    }
    if (expression == std::string::npos)
    {
        return FormulaErrorAt(text, text.size(), "an expression must follow the sense");
    }
    return FormulaHeader{sense == "min" ? Sense::LOWEST : Sense::HIGHEST, expression};
}

} // namespace

Error
FormulaErrorAt(const std::string& text, std::size_t position, const std::string& message)
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

Expected<FormulaHeader>
ReadFormulaText(const std::string& text)
{
    if (text.size() > MAX_TEXT)
    {
        return Error{"formula: " + std::to_string(text.size()) + " characters; at most " +
                     std::to_string(MAX_TEXT)};
    }
    if (const auto control = FindControl(text))
    {
        return FormulaErrorAt(text,
                              *control,
                              "a formula stands in one line, without control characters; this is " +
                                  Shown(text.substr(*control, 1)));
    }
    auto header = ParseHeader(text);
    if (!header)
    {
        return header;
    }
    const std::size_t from = header->expressionAt;
    if (const auto position = FindAssignment(text, from))
    {
        return FormulaErrorAt(text, *position, "a formula cannot assign; to compare write ==");
    }
    if (const auto quote = text.find('"', from); quote != std::string::npos)
    {
        return FormulaErrorAt(text, quote, "a formula has no texts, only numbers");
    }
    return header;
}

} // namespace sonda

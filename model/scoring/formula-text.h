#ifndef SONDA_MODEL_SCORING_FORMULA_TEXT_H
#define SONDA_MODEL_SCORING_FORMULA_TEXT_H

#include "model/base/error.h"
#include "model/scoring/formula.h"

#include <cstddef>
#include <string>

namespace sonda
{

/** What stands before a formula's expression, and where that begins. */
struct FormulaHeader
{
    Sense sense;
    std::size_t expressionAt;
};

/**
 * Reads a formula's text up to its expression, and looks through the rest for what the parser of
 * expressions would take although no formula may have it: assignments, texts.
 * \return an error that shows the position in the text and what is allowed
 */
Expected<FormulaHeader> ReadFormulaText(const std::string& text);

/** \return the message with the text and a mark under \p position, which may be past the end. */
Error FormulaErrorAt(const std::string& text, std::size_t position, const std::string& message);

} // namespace sonda

#endif

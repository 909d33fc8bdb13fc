#ifndef SONDA_MODEL_TABLE_SCORE_INPUTS_H
#define SONDA_MODEL_TABLE_SCORE_INPUTS_H

#include "model/scoring/formula.h"
#include "model/table/agent-status.h"

namespace sonda
{

/**
 * \return the agent's value of a formula's variable; NaN when it is not known. The estimates that a
 *         table keeps only for formulas that use them are 0 in other tables.
 */
double ValueOf(Variable variable, const AgentStatus& status, Instant now);

} // namespace sonda

#endif

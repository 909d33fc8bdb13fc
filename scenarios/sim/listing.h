#ifndef SONDA_SCENARIOS_SIM_LISTING_H
#define SONDA_SCENARIOS_SIM_LISTING_H

#include "model/scoring/catalogue.h"

#include <ostream>

namespace sonda::sim
{

/** Lists formulas, the variables that they may use, policies, and the named contenders. */
void List(std::ostream& out, const Catalogue& catalogue);

/**
 * The same for programs: a JSON object with `formulas` (name, score, about), `policies` (name,
 * parameter, example, about, formula, ageing, simulation_only) and `contenders` (name, contender,
 * section, about). A policy whose formula is "none" looks at no score.
 */
void ListAsJson(std::ostream& out, const Catalogue& catalogue);

} // namespace sonda::sim

#endif

#ifndef SONDA_MODEL_TABLE_TABLE_RULES_H
#define SONDA_MODEL_TABLE_TABLE_RULES_H

#include "model/base/time.h"

#include <cstdint>

namespace sonda
{

/**
 * What protects servers and clients beyond an agent's age. Everything is off by default, so that
 * formulas and policies are compared without it; the proxy turns it on.
 */
struct TableRules
{
    /** An agent with so many connections in flight is no candidate; 0: no limit. */
    std::uint32_t mostInFlight{0};

    /** Slow start: how long an agent that is new or returns is spared; 0: it is not. */
    Duration slowStart{0};
    /** The share of picks that it may get at first; it grows evenly to all of them. */
    double slowStartFrom{0.1};

    /**
     * Panic: when fewer than this share of the agents is fresh or stale, the monitor rather than
     * the servers is at fault, and dead agents are candidates and stay in the table. One that then
     * fails a connect rests and counts no more, so that servers which are really gone cost one
     * trial each and end the panic. 0: never.
     */
    double panicBelow{0};

    /** After so many early resets in a row an agent rests as after a failed connect; 0: never. */
    std::uint32_t earlyResetsToRest{0};
};

/** \return the share of its picks that an agent may get, from \p rules.slowStartFrom to 1.
 * \param since when it became fit for connections */
double SlowStartShare(const TableRules& rules, Instant since, Instant now);

} // namespace sonda

#endif

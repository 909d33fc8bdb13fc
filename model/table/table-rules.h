#ifndef SONDA_MODEL_TABLE_TABLE_RULES_H
#define SONDA_MODEL_TABLE_TABLE_RULES_H

#include "model/base/time.h"

#include <cstddef>
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
     * Probation: for so long an agent that is new or returns gets no more connections at a time
     * than twice what all have on average by weight, and two. A server as fast as the others hardly
     * ever has more; one with cold caches would, and queue up what it cannot do yet. 0: no limit.
     */
    Duration probation{0};

    /**
     * Panic: when fewer than this share of the agents is fresh or stale, the monitor rather than
     * the servers is at fault, and lost agents (Standing::LOST) are candidates and stay in the
     * table. One that then fails a connect rests and counts no more, so that servers which are
     * really gone cost one trial each and end the panic. 0: never.
     */
    double panicBelow{0};

    /**
     * So long after its last report, in probe intervals, a lost agent is forgotten in a panic, too:
     * who it was then answers no more, and somebody else may have its address. Long enough for a
     * switch that starts anew. Has no effect below TableTiming::removedAfter.
     */
    double panicIntervals{25};

    /** After so many early resets in a row an agent rests; 0: never. */
    std::uint32_t earlyResetsToRest{0};

    /** The same for connections in a row that the server ended without a byte. */
    std::uint32_t emptyEndsToRest{0};

    /** So many agents the table holds; more are refused (TABLE_FULL). 0: no limit. */
    std::size_t mostAgents{0};
};

/** What happened to a table since its beginning. */
struct TableCounters
{
    std::uint64_t lost{0};        //!< agents that turned dead and had not said that they would
    std::uint64_t left{0};        //!< agents that turned dead after a goodbye: drain, down, drained
    std::uint64_t panics{0};      //!< panics that began
    std::uint64_t timesFull{0};   //!< how often all agents were full
    std::uint64_t rests{0};       //!< rests that began, for whatever reason
    std::uint64_t clientRests{0}; //!< of those, the ones that a client may have caused
};

/** \return the share of its picks that an agent may get, from \p rules.slowStartFrom to 1.
 * \param since when it became fit for connections */
double SlowStartShare(const TableRules& rules, Instant since, Instant now);

} // namespace sonda

#endif

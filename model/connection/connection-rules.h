#ifndef SONDA_MODEL_CONNECTION_CONNECTION_RULES_H
#define SONDA_MODEL_CONNECTION_CONNECTION_RULES_H

#include "model/connection/timeout-queue.h"

#include <algorithm>
#include <cstdint>

namespace sonda
{

/**
 * What a proxy does for a client that cannot be served at once, and how long anything may take. The
 * defaults are the bare proxy's, by which formulas and policies are compared: who finds no agent is
 * turned away, and nothing is tried again but a refused connect. See ProxyRules for those of the
 * proxy that ships.
 */
struct ConnectionRules
{
    /** How long a client waits for an agent that can take it; 0: it is turned away at once. */
    Duration queue{0};

    /** The same for a client that the policy holds back, see Policy::HoldsBack(). */
    Duration heldBack{NO_TIMEOUT};

    /** How often those who wait are looked after although nothing has become free: rests end and
     * rates recover without a word. NO_TIMEOUT: never. */
    Duration look{NO_TIMEOUT};

    /** How long a server may take to accept a connection. */
    Duration connect{std::chrono::seconds(3)};

    /** A connection without a byte in either direction for so long is reset. */
    Duration idle{NO_TIMEOUT};

    /** The same once one direction has ended; also how long the rest of a broken connection may
     * take to arrive. */
    Duration halfClosed{NO_TIMEOUT};

    /** So often a connection is tried anew after a server reset it untouched. */
    std::uint32_t retriesAfterReset{0};

    /** So many connections a proxy has at most; further clients are turned away. 0: no limit. */
    std::uint32_t mostConnections{0};

    /** How long anybody may wait in the line. */
    Duration
    LongestWait() const
    {
        return std::max(queue, heldBack);
    }

    /** How long a client may be without a server at all, from its first dispatch on. */
    Duration
    Unserved() const
    {
        return queue == NO_TIMEOUT || connect == NO_TIMEOUT ? NO_TIMEOUT : queue + connect;
    }
};

} // namespace sonda

#endif

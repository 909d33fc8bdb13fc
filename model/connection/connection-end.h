#ifndef SONDA_MODEL_CONNECTION_CONNECTION_END_H
#define SONDA_MODEL_CONNECTION_CONNECTION_END_H

#include "model/base/time.h"
#include "model/connection/side.h"
#include "model/table/agent-status.h"

#include <cstdint>
#include <optional>

namespace sonda
{

/**
 * How the life of a client's connection ended: told once, at its end. Connection log, counters and
 * recordings are made of it. A connection is one request, whatever number of agents it was
 * dispatched to.
 */
struct ConnectionEnd
{
    enum class How : unsigned char
    {
        FINISHED,      //!< both directions have ended
        RESET,         //!< one end broke off after the connection had stood
        GONE,          //!< the client left before the connection stood
        NO_AGENT,      //!< no agent took it in time
        IDLE,          //!< nothing moved for too long
        HALF_CLOSED,   //!< the same while one direction had ended
        VANISHED,      //!< one end stopped to acknowledge what it was sent
        CUT,           //!< the proxy ends
        NO_DESCRIPTOR, //!< the proxy had no socket for it
        NO_MEMORY,     //!< the proxy had no memory for it
        BAD_HEADER,    //!< a trusted proxy sent no header of the PROXY protocol
    };

    How how;
    std::optional<Side> by;          //!< whose doing it was; empty: both ends', or the proxy's
    Instant begun;                   //!< the client was accepted
    Instant ended;                   //!< now
    std::optional<Instant> stood;    //!< since when it stood at last; empty: it did not
    std::optional<AgentIndex> agent; //!< at whose server it stood; empty: at none
    std::uint32_t retries{0};        //!< dispatches that came to nothing before
    std::uint32_t resets{0};         //!< of those, the ones that had stood: reset untouched
    bool good{false};                //!< the agent has served, as far as the client let it
};

/** \return the word that stands for it in logs: "finished", "no-agent" … */
const char* ToString(ConnectionEnd::How how);

/** \return "client" or "server"; where it was neither's doing: "both" if it finished, else "proxy".
 */
const char* ToStringOfDoer(const ConnectionEnd& end);

} // namespace sonda

#endif

#ifndef SONDA_REALNET_RELAY_VANISHED_H
#define SONDA_REALNET_RELAY_VANISHED_H

#include "model/base/time.h"

namespace sonda
{

/** What the kernel knows of the other end of a TCP connection. */
enum class PeerState
{
    OWES_NOTHING, //!< it has acknowledged all that it was sent: whether it is there is not known
    OWES,         //!< something is still to be acknowledged
    VANISHED,     //!< nothing was acknowledged for long, although it was sent more than once
};

/**
 * \param limit how long a peer may owe every acknowledgement, though the kernel has sent it bytes
 * again and again, or asked whether its closed window has opened. A peer that answers such
 * questions, but does not read, has not vanished
 */
PeerState PeerOf(int socket, Duration limit);

} // namespace sonda

#endif

#ifndef SONDA_REALNET_COMMON_TCP_OPTIONS_H
#define SONDA_REALNET_COMMON_TCP_OPTIONS_H

#include "model/base/time.h"

/** What the kernel is told to do with a TCP socket. Any thread. */
namespace sonda
{

/**
 * Has the kernel ask a silent TCP peer after \p idle whether it is still there, three times within
 * half of that again; then the peer is gone. Sockets that are accepted inherit it. \param idle 1 s
 * to 32767 s, the kernel's limits
 */
void SetKeepAlive(int socket, Duration idle);

/** Sends a TCP acknowledgement that is due, and holds none back until bytes are sent. */
void AcknowledgeNow(int socket);

/**
 * Says what close() does to a TCP connection, also the one that the kernel does for a process that
 * dies. \param reset whether it sends a reset, so that what the peer has got does not look whole;
 * else an end, behind all that was written
 */
void CloseByReset(int socket, bool reset);

} // namespace sonda

#endif

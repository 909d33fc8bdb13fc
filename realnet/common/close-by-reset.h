#ifndef SONDA_REALNET_COMMON_CLOSE_BY_RESET_H
#define SONDA_REALNET_COMMON_CLOSE_BY_RESET_H

#include <sys/socket.h>

namespace sonda
{

/**
 * Says what close() does to a TCP connection, also the one that the kernel does for a process that
 * dies. \param reset whether it sends a reset, so that what the peer has got does not look whole;
 * else an end, behind all that was written
 */
inline void
CloseByReset(int socket, bool reset)
{
    const linger how{reset ? 1 : 0, 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &how, sizeof(how));
}

} // namespace sonda

#endif

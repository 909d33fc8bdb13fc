#ifndef SONDA_REALNET_COMMON_KEEP_ALIVE_H
#define SONDA_REALNET_COMMON_KEEP_ALIVE_H

#include "model/base/time.h"

namespace sonda
{

/**
 * Has the kernel ask a silent TCP peer after \p idle whether it is still there, three times within
 * half of that again; then the peer is gone. Sockets that are accepted inherit it. \param idle 1 s
 * to 32767 s, the kernel's limits
 */
void SetKeepAlive(int socket, Duration idle);

} // namespace sonda

#endif

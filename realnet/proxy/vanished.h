#ifndef SONDA_REALNET_PROXY_VANISHED_H
#define SONDA_REALNET_PROXY_VANISHED_H

#include "model/base/time.h"

namespace sonda
{

/**
 * \return whether the peer of a TCP connection has acknowledged nothing for \p limit although the
 * kernel has sent it something more than once since: bytes, or the question whether its closed
 * window has opened. A peer that answers, but does not read, has not vanished; one that was sent
 * nothing cannot be told from one that has nothing to say.
 */
bool HasVanished(int socket, Duration limit);

} // namespace sonda

#endif

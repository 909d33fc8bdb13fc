#ifndef SONDA_REALNET_RELAY_SOCKET_EVENTS_H
#define SONDA_REALNET_RELAY_SOCKET_EVENTS_H

#include "model/connection/relay.h"

#include <cstdint>

namespace sonda
{

/** \return what \p events of a socket mean, as poll() or epoll_wait() report them. */
SocketEvents ToSocketEvents(std::uint32_t events);

} // namespace sonda

#endif

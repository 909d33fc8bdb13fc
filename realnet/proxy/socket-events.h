#ifndef SONDA_REALNET_PROXY_SOCKET_EVENTS_H
#define SONDA_REALNET_PROXY_SOCKET_EVENTS_H

#include "realnet/proxy/relay.h"

#include <cstdint>

namespace sonda
{

/** \return what \p events of a socket mean, as poll() or epoll_wait() report them. */
SocketEvents ToSocketEvents(std::uint32_t events);

} // namespace sonda

#endif

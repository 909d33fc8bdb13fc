#include "realnet/relay/socket-events.h"

#include <poll.h>
#include <sys/epoll.h>

namespace sonda
{

static_assert(EPOLLIN == POLLIN && EPOLLPRI == POLLPRI && EPOLLERR == POLLERR &&
                  EPOLLHUP == POLLHUP && EPOLLRDHUP == POLLRDHUP,
              "poll and epoll share their bits");

SocketEvents
ToSocketEvents(std::uint32_t events)
{
    SocketEvents seen;
    seen.readable = events & EPOLLIN;
    seen.peerClosed = events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
    seen.urgent = events & EPOLLPRI;
    seen.ended = (events & EPOLLRDHUP) && !(events & (EPOLLHUP | EPOLLERR | EPOLLPRI));
    seen.broken = events & EPOLLERR;
    return seen;
}

} // namespace sonda

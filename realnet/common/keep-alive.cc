#include "realnet/common/keep-alive.h"

#include <algorithm>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sonda
{

void
SetKeepAlive(int socket, Duration idle)
{
    const auto seconds =
        static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(idle).count());
    const int on = 1;
    const int every = std::max(1, seconds / 4);
    setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof(seconds));
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof(every));
}

} // namespace sonda

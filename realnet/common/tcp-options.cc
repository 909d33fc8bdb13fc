#include "realnet/common/tcp-options.h"

#include <algorithm>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sonda
{

namespace
{

/** The kernel's default of nine would double the time; two lost ones are an accident. */
constexpr int PROBES = 3;

} // namespace

void
SetKeepAlive(int socket, Duration idle)
{
    const auto seconds =
        static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(idle).count());
    const int on = 1;
    const int every = std::max(1, seconds / (2 * PROBES));
    setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof(seconds));
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof(every));
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &PROBES, sizeof(PROBES));
}

void
AcknowledgeNow(int socket)
{
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

void
CloseByReset(int socket, bool reset)
{
    const linger how{reset ? 1 : 0, 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &how, sizeof(how));
}

} // namespace sonda

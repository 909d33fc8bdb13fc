#include "realnet/relay/vanished.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace sonda
{

PeerState
PeerOf(int socket, Duration limit)
{
    int unacknowledged = 0;
    if (ioctl(socket, SIOCOUTQ, &unacknowledged) != 0 || unacknowledged == 0)
    {
        return PeerState::OWES_NOTHING; // the usual case, in the cheaper of two calls
    }
    tcp_info info{};
    socklen_t size = sizeof(info);
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
    {
        return PeerState::OWES;
    }
    // Both are counted since the last acknowledgement, and a single one may still be answered.
    const bool isSentAgain = info.tcpi_retransmits >= 2 || info.tcpi_probes >= 2;
    const bool isLong = std::chrono::milliseconds(info.tcpi_last_ack_recv) >= limit;
    return isSentAgain && isLong ? PeerState::VANISHED : PeerState::OWES;
}

} // namespace sonda

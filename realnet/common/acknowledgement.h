#ifndef SONDA_REALNET_COMMON_ACKNOWLEDGEMENT_H
#define SONDA_REALNET_COMMON_ACKNOWLEDGEMENT_H

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sonda
{

/** Sends a TCP acknowledgement that is due, and holds none back until bytes are sent. */
inline void
AcknowledgeNow(int socket)
{
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

} // namespace sonda

#endif

#ifndef SONDA_REALNET_PROXY_LISTENER_H
#define SONDA_REALNET_PROXY_LISTENER_H

#include "model/base/time.h"
#include "model/protocol/pdu.h"
#include "realnet/common/descriptor.h"

#include <vector>

namespace sonda
{

/** A listening TCP socket. */
struct Listener
{
    Descriptor socket;
    Endpoint at; //!< with the port that the kernel chose, where port 0 was asked for
    /** Somebody else keeps it open, too: clients may go on queueing there when we end. */
    bool inherited{false};
};

/**
 * Start-up only.
 * \param backlog clients that the kernel lets wait; it cuts this down to net.core.somaxconn
 * \param keepAlive of the accepted sockets, see SetKeepAlive()
 * \param onlyIpv6 whether an IPv6 address leaves IPv4 to others; else :: is all of both
 * \return the listener, or an error that says where and why not
 */
Expected<Listener> Listen(const Endpoint& at, int backlog, Duration keepAlive, bool onlyIpv6);

/** \return a listener of a socket that listens already. */
Expected<Listener> AdoptListener(Descriptor socket, Duration keepAlive);

} // namespace sonda

#endif

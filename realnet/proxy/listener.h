#ifndef SONDA_REALNET_PROXY_LISTENER_H
#define SONDA_REALNET_PROXY_LISTENER_H

#include "model/protocol/pdu.h"
#include "realnet/common/descriptor.h"

namespace sonda
{

/** A listening TCP socket. */
struct Listener
{
    Descriptor socket;
    Endpoint at; //!< with the port that the kernel chose, where port 0 was asked for
};

/** Start-up only. \return the listener, or an error that says where and why not */
Expected<Listener> Listen(const Endpoint& at);

} // namespace sonda

#endif

#ifndef SONDA_REALNET_AGENT_ENDED_CONNECTIONS_H
#define SONDA_REALNET_AGENT_ENDED_CONNECTIONS_H

#include "model/base/error.h"
#include "model/protocol/pdu.h"
#include "realnet/common/descriptor.h"

#include <cstdint>
#include <utility>

namespace sonda
{

/**
 * The kernel's own word that connections of a server have ended (netlink sock_diag, the groups
 * SKNLGRP_INET_TCP_DESTROY; needs no root): it comes when the socket is gone, a fraction of a
 * millisecond after both directions have ended. A filter keeps what other ports do away from this
 * process. There is no such word for connections that begin, so how many there are must be counted.
 *
 * Never blocks; whoever owns it waits for readability. Movable; not thread-safe.
 */
class EndedConnections
{
  public:
    /** \return it, hearing of all endings from now on, or why the kernel does not tell of them */
    static Expected<EndedConnections> Open(const Endpoint& server);

    /**
     * \return how many have ended since the last call; at least so many, and at least 1, when the
     * kernel lost some because nobody took them in time
     */
    std::uint32_t Take();

    int
    Handle() const
    {
        return m_netlink.Get();
    }

  private:
    EndedConnections(Endpoint server, Descriptor netlink)
        : m_server(std::move(server)),
          m_netlink(std::move(netlink))
    {
    }

    Endpoint m_server;
    Descriptor m_netlink;
};

} // namespace sonda

#endif

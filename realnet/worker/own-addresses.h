#ifndef SONDA_REALNET_WORKER_OWN_ADDRESSES_H
#define SONDA_REALNET_WORKER_OWN_ADDRESSES_H

#include "model/protocol/pdu.h"
#include "realnet/common/socket-address.h"

#include <optional>
#include <string>
#include <vector>

namespace sonda
{

/**
 * \return whether the kernel takes what is sent to the address for its own: by any interface,
 * loopback, an address that came later, a route of the type `local`. Asks it, some 10 us.
 */
bool IsLocalAddress(const SocketAddress& address);

/** A place where this process accepts connections. */
struct OwnListener
{
    Endpoint at;         //!< 0.0.0.0 and :: are all addresses of this machine
    bool onlyIpv6{true}; //!< of ::, whether IPv4 is left out
};

/** \return the place of a listening socket. */
OwnListener OwnListenerOf(int socket);

/**
 * Knows which servers are this process itself: a proxy that connects to one of its own listeners
 * has itself for a client, and one connection becomes as many as there are descriptors.
 *
 * A value; any thread. The machine's addresses are asked for anew with every question, but only
 * where a port is one of ours.
 */
class OwnAddresses
{
  public:
    OwnAddresses() = default;

    explicit OwnAddresses(std::vector<OwnListener> listeners)
        : m_listeners(std::move(listeners))
    {
    }

    /** \return what \p server is to us ("where this proxy listens: 0.0.0.0:80"), if it is ours. */
    std::optional<std::string> Objection(const Endpoint& server) const;

    /** \return whether one of the listeners has this port. */
    bool HasPort(std::uint16_t port) const;

  private:
    std::vector<OwnListener> m_listeners;
};

} // namespace sonda

#endif

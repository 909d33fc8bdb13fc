#ifndef SONDA_REALNET_WORKER_CONNECTION_H
#define SONDA_REALNET_WORKER_CONNECTION_H

#include "model/connection/connection-life.h"
#include "realnet/balancer/shared-balancer.h"
#include "realnet/relay/conduit.h"
#include "realnet/worker/event-queue.h"

#include <list>
#include <optional>

namespace sonda
{

/** A connection's timeout that runs beside that of its life; in one queue at most. */
struct SideTimeout : TimeoutEntry
{
    explicit SideTimeout(Connection& whose)
        : connection(whose)
    {
    }

    Connection& connection;
};

/**
 * A client, the server it was given, and what is between them. Owned by one worker, used by its
 * thread only. How far it is, is its ConnectionLife's; what its sockets need, stands here.
 */
class Connection : public ConnectionLife, public Conduit
{
  public:
    Connection(Descriptor client, const SocketAddress& address, Instant now)
        : ConnectionLife(now),
          Conduit(std::move(client)),
          m_source(address)
    {
    }

    SocketAddress m_source;                     //!< the client, or who it says it stands for
    std::optional<SocketAddress> m_destination; //!< as its header says; else the socket's own
    EventTarget m_clientEvents{EventTarget::Kind::CLIENT, this};
    EventTarget m_serverEvents{EventTarget::Kind::SERVER, this};
    Target m_target;                           //!< after a dispatch
    SideTimeout m_begin{*this};                //!< of the Greeter, then of the FirstBytes
    SideTimeout m_care{*this};                 //!< of the Caretaker
    bool m_isHeld{false};                      //!< see FirstBytes
    bool m_isGrown{false};                     //!< see Caretaker
    bool m_ready{false};                       //!< in the worker's run queue
    std::list<Connection>::iterator m_place{}; //!< in the worker's list
};

} // namespace sonda

#endif

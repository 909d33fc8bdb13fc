#ifndef SONDA_REALNET_WORKER_CONNECTION_H
#define SONDA_REALNET_WORKER_CONNECTION_H

#include "model/connection/timeout-queue.h"
#include "realnet/balancer/shared-balancer.h"
#include "realnet/relay/conduit.h"

#include <cstdint>
#include <list>
#include <optional>

namespace sonda
{

class Connection;

/** What an epoll event is about; epoll keeps a pointer to it. */
struct EventTarget
{
    enum class Kind : unsigned char
    {
        LISTENER,
        WAKE_UP,
        CLIENT,
        SERVER,
    };

    Kind kind;
    Connection* connection{nullptr}; //!< of CLIENT and SERVER
    int listener{-1};                //!< of LISTENER: the socket
};

/** How far a connection is. */
enum class Phase : unsigned char
{
    GREETING,   //!< the client has still to send its header of the PROXY protocol
    WAITING,    //!< the client is there, no agent can take it now
    CONNECTING, //!< the server is being connected to
    RELAYING,
    RESETTING, //!< one end is gone; the other has not yet acknowledged all that came before
    CLOSED,    //!< to be freed at the end of this turn: events of this turn may still name it
};

/** A connection's second timeout, which runs beside the others: when it is looked after. */
struct Care : TimeoutEntry
{
    explicit Care(Connection& whose)
        : connection(whose)
    {
    }

    Connection& connection;
};

/**
 * What the server knows of its connection. The acknowledgement that ends TCP's handshake is held
 * back for a moment, to travel with the client's first bytes: one packet and one wake-up of the
 * server less, which made short connections 16 to 20 % faster. A server
 * that speaks first would wait for it, so it does not wait long.
 */
enum class Handshake : unsigned char
{
    HELD, //!< the acknowledgement waits for bytes
    DONE,
};

/**
 * A client, the server it was given, and what is between them. Owned by one worker, used by its
 * thread only. In exactly one of the worker's timeout queues while it lives.
 */
class Connection : public TimeoutEntry, public Conduit
{
  public:
    Connection(Descriptor client, const SocketAddress& address, Instant now)
        : Conduit(std::move(client)),
          m_source(address),
          m_acceptedAt(now)
    {
    }

    SocketAddress m_source;                     //!< the client, or who it says it stands for
    std::optional<SocketAddress> m_destination; //!< as its header says; else the socket's own
    EventTarget m_clientEvents{EventTarget::Kind::CLIENT, this};
    EventTarget m_serverEvents{EventTarget::Kind::SERVER, this};
    Phase m_phase{Phase::WAITING};
    Handshake m_handshake{Handshake::DONE};
    Care m_care{*this};
    bool m_isGrown{false}; //!< old enough that its peers are looked after
    bool m_ready{false};   //!< in the worker's run queue

    std::uint32_t m_retries{0}; //!< agents that were tried in vain
    bool m_dispatched{false};   //!< the balancer must be told how it ends
    Target m_target;
    Instant m_dispatchedAt{};
    Instant m_acceptedAt{};
    std::optional<Instant> m_connectedAt{};
    std::optional<Side> m_endedFirst{};        //!< whose end of stream was passed on first
    std::optional<Instant> m_waitBy{};         //!< since it first waited for an agent
    std::optional<Instant> m_serverBy{};       //!< it must have a server by then; empty: it has
    Instant m_resetBy{};                       //!< RESETTING: no later than this
    std::list<Connection>::iterator m_place{}; //!< in the worker's list
};

} // namespace sonda

#endif

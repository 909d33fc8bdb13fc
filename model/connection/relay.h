#ifndef SONDA_MODEL_CONNECTION_RELAY_H
#define SONDA_MODEL_CONNECTION_RELAY_H

#include "model/connection/relay-direction.h"
#include "model/connection/side.h"

#include <array>
#include <optional>

namespace sonda
{

/** How a relayed connection stands. */
enum class RelayState
{
    RUNNING,
    HALF_CLOSED, //!< one direction has ended, or one end was reset and the rest is being delivered
    FINISHED,    //!< both directions ended: close both sockets
    ABORTED,     //!< one end is gone and all that it sent was delivered: reset the other one
};

/** What epoll reported for a socket. */
struct SocketEvents
{
    bool readable{false};
    bool peerClosed{false}; //!< the peer has ended its direction, or is gone
    /** The peer has ended its direction, nothing is wrong, and no urgent byte divides what is there
     * to be read: a read that finds less than it asked for has found all that there will be. */
    bool ended{false};
    bool urgent{false}; //!< an urgent byte is there or will be; reads end before it
    /** The peer is gone: the socket has an error. A read may not show it, because an end that came
     * before the reset hides it. */
    bool broken{false};
};

/**
 * Decides what a worker does next for one connection: which bytes to move, when to pass on an end
 * or a reset. It is passive: it makes no system call, is told what the sockets say, and answers
 * what is to be done; so it is tested without sockets.
 *
 * An end of stream is passed on when everything before it was delivered, and the other direction
 * goes on. A reset is passed on as a reset, also only when everything that came before it was
 * delivered; what still was to go to the end that is gone is dropped.
 *
 * One pass of the owner: OnEvents() for what epoll said; StartPass(); for each direction: do what
 * Next() says and report the outcome, until it says WAIT or the owner has done its share; then
 * State() and HasWork(). A connection that HasWork() must get another pass without a new event:
 * with edge triggering there will be none.
 *
 * Not thread-safe. Owns nothing.
 */
class Relay
{
  public:
    /** epoll reported something for the socket of \p side. */
    void OnEvents(Side side, SocketEvents events);

    /** Every pass tries blocked sinks again: a trial costs little, a lost edge a connection. */
    void StartPass();

    /** A read of \p side failed: its peer is gone, and nothing more can be read. */
    void OnReadFailed(Side side);

    /**
     * A write to \p side failed: its peer is gone; what it sent before may still be read.
     * \param afterEnd whether the peer had ended its direction before it went (EPIPE, as Linux has
     * it): then the end that will be read is a true one, else it stands for the reset
     */
    void OnWriteFailed(Side side, bool afterEnd);

    /** The direction whose source is \p side. */
    RelayDirection&
    From(Side side)
    {
        return m_directions[static_cast<std::size_t>(side)];
    }

    const RelayDirection&
    From(Side side) const
    {
        return m_directions[static_cast<std::size_t>(side)];
    }

    RelayState State() const;

    bool
    HasWork() const
    {
        return From(Side::CLIENT).HasWork() || From(Side::SERVER).HasWork();
    }

    /** \return whose end of stream was passed on; while only one was. */
    std::optional<Side>
    EndedFirst() const
    {
        return From(Side::CLIENT).EndPassed()   ? std::optional(Side::CLIENT)
               : From(Side::SERVER).EndPassed() ? std::optional(Side::SERVER)
                                                : std::nullopt;
    }

    /** \return the end that was reset first; only in the state ABORTED, or on the way there. */
    Side
    Gone() const
    {
        return m_gone;
    }

  private:
    void Lose(Side side);

    std::array<RelayDirection, 2> m_directions;
    bool m_lost{false};
    Side m_gone{Side::CLIENT};
};

} // namespace sonda

#endif

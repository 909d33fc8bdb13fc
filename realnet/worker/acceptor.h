#ifndef SONDA_REALNET_WORKER_ACCEPTOR_H
#define SONDA_REALNET_WORKER_ACCEPTOR_H

#include "realnet/worker/connection.h"
#include "realnet/worker/worker-shared.h"

#include <optional>

namespace sonda
{

/** A client that was accepted. */
struct Client
{
    Descriptor socket;
    SocketAddress address;
};

/**
 * One worker's part in the listening sockets, which all workers share. At the limit of connections,
 * or when the kernel has no descriptor left, it stops listening for a moment: the kernel's backlog
 * is the queue then, and a level-triggered listener does not spin. Used by the worker's thread.
 */
class Acceptor
{
  public:
    /** Connections taken in a row; what is left wakes the next worker. */
    static constexpr int ACCEPTS_PER_TURN = 32;

    Acceptor(WorkerShared& shared, int epoll);

    /** \return a client, or nothing: none is waiting, or accepting pauses. It counts as open. */
    std::optional<Client> Accept(int listener, Instant now);

    /** Listens again when a pause is over. */
    void OnTime(Instant now);

    /** \return when OnTime() must be called. */
    std::optional<Instant>
    NextTime() const
    {
        return m_pausedUntil;
    }

    /** Stops for good. */
    void Close();

  private:
    void Watch();
    void Unwatch();
    void Pause(Instant now, const char* why);

    WorkerShared& m_shared;
    int m_epoll;
    std::vector<EventTarget> m_events; //!< one for each listener; epoll has their addresses
    bool m_watching{false};
    bool m_closed{false};
    std::optional<Instant> m_pausedUntil;
};

} // namespace sonda

#endif

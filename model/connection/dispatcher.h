#ifndef SONDA_MODEL_CONNECTION_DISPATCHER_H
#define SONDA_MODEL_CONNECTION_DISPATCHER_H

#include "model/connection/connection-driver.h"
#include "model/connection/connection-rules.h"
#include "model/connection/picker.h"

#include <cstddef>
#include <new>
#include <optional>

namespace sonda
{

/**
 * Leads clients to agents: who is dispatched, waits, is tried again, stands, settles and ends, and
 * when. The same for a worker of the proxy and for a simulated proxy. It is passive: it moves no
 * byte, has no clock, and is told by its driver what happens.
 *
 * After every call that may have changed something the driver takes Next() until it is empty and
 * connects each life that it gets to the server of life.Agent(). How a connect ends it tells by
 * OnConnected(), OnConnectFailed(), PickAnother() or End(), at once or later. OnTime() is to be
 * called at NextDue().
 *
 * Clients wait in one line, first come, first served; who joins while others wait goes behind them.
 * One whose connect failed had its turn: it asks again before the line does.
 *
 * Picker and driver must outlive it, and the lives that it serves leave it by their end. Calls that
 * ask the picker may throw std::bad_alloc for the life that they were given; it can then be ended
 * by NO_MEMORY. Within Next() and OnTime() the dispatcher does that itself. Not thread-safe.
 */
class Dispatcher
{
  public:
    Dispatcher(Picker& picker, ConnectionDriver& driver, const ConnectionRules& rules);
    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;

    /** Other rules from now on; timeouts that run are shortened, never extended. */
    void SetRules(const ConnectionRules& rules, Instant now);

    /** The client is ready: asks for an agent. NEW only. */
    void Serve(ConnectionLife& life, Instant now);

    /** \return whether Next() may have somebody, which it says by looking less closely. */
    bool
    HasNext()
    {
        return m_isLineDue || m_todo.First() != nullptr ||
               (m_backlog.First() != nullptr && HasRoom());
    }

    /** \return the next life that is to be connected, or nothing. */
    ConnectionLife* Next(Instant now);

    /** The server has accepted. CONNECTING only. */
    void OnConnected(ConnectionLife& life, Instant now);

    /** The server refused, or cannot be reached: the agent rests, and another one is asked for.
     * CONNECTING only. */
    void OnConnectFailed(ConnectionLife& life, Instant now);

    /** The driver does not want that server, which is not the server's failure. CONNECTING only. */
    void PickAnother(ConnectionLife& life, Instant now);

    /** Something has moved, or may have: the idle timeout begins anew. STANDING only. */
    void OnMoved(ConnectionLife& life, Instant now);

    /**
     * One direction has ended, or one end is gone and the rest of it is being delivered. STANDING
     * only.
     * \param first whose end of stream was passed on; empty: none was. The first one told counts
     */
    void OnHalfClosed(ConnectionLife& life, std::optional<Side> first, Instant now);

    /** Both directions have ended. STANDING only. \param serverSilent the server sent no byte */
    void OnFinished(ConnectionLife& life, bool serverSilent, Instant now);

    /**
     * \p gone has reset, and all that it had sent was handed on. STANDING only.
     * \param untouched not a byte and no end has come from either side: it may be tried anew, and
     *                  is no longer STANDING then; the driver must look at the client again
     * \param serverSilent the server has sent no byte
     */
    void OnAborted(ConnectionLife& life, Side gone, bool untouched, bool serverSilent, Instant now);

    /** Nothing is left to wait for. SETTLING only. */
    void OnSettled(ConnectionLife& life, Instant now);

    /** It ends for a reason that only the driver sees. Not after its end. \param by see
     * ConnectionEnd::by */
    void End(ConnectionLife& life, ConnectionEnd::How how, std::optional<Side> by, Instant now);

    /** An agent may be able to take somebody: one has come, or a place is free elsewhere. */
    void OnFree();

    /** Does what is due. */
    void OnTime(Instant now);

    /** \return whether anything can ever be due but what settles. */
    bool
    IsTimed() const
    {
        return m_isTimed;
    }

    /** \return when OnTime() is to be called next; nothing: never. */
    std::optional<Instant> NextDue();

    /** \return by when the first of the waiting line must have been served; nothing: none waits. */
    std::optional<Instant>
    FirstWaitBy()
    {
        return m_waiting.NextDue();
    }

    /** \return dispatches whose end the picker was not told yet. */
    std::size_t
    DispatchesOut() const
    {
        return m_out;
    }

  private:
    using How = ConnectionEnd::How;

    /** \return whether another connection is within the limit. */
    bool
    HasRoom() const
    {
        return m_open < m_rules.mostConnections || m_rules.mostConnections == 0;
    }

    void TakeRules(const ConnectionRules& rules);
    void Admit(ConnectionLife& life, Instant now);
    void Place(ConnectionLife& life, Instant now);
    void Await(ConnectionLife& life, Duration patience, Instant now);
    void TryAgain(ConnectionLife& life, Retry why, Instant now);
    void Settle(ConnectionLife& life, const Ending& ending, Instant now);
    void Look(ConnectionLife& life, Instant now);
    void OnConnectDue(ConnectionLife& life, Instant now);
    template <typename Action>
    void Expire(TimeoutQueue& queue, Instant now, Action action);
    template <typename Work>
    void Survive(ConnectionLife& life, Instant now, Work work);

    Picker& m_picker;
    ConnectionDriver& m_driver;
    ConnectionRules m_rules;

    TimeoutQueue m_todo;    //!< dispatched, to be taken by Next()
    TimeoutQueue m_backlog; //!< NEW: beyond the most connections
    TimeoutQueue m_waiting; //!< the line
    TimeoutQueue m_connecting;
    TimeoutQueue m_idle;
    TimeoutQueue m_halfClosed;
    TimeoutQueue m_settling; //!< looked at again and again
    TimeoutQueue m_looking;  //!< of m_lookEntry, which is in it while clients wait
    TimeoutEntry m_lookEntry;
    bool m_isTimed{false};
    bool m_isLineDue{false}; //!< the first who waits is to ask again
    std::size_t m_open{0};   //!< served and not ended
    std::size_t m_out{0};
};

} // namespace sonda

#endif

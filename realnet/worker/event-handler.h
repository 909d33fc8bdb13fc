#ifndef SONDA_REALNET_WORKER_EVENT_HANDLER_H
#define SONDA_REALNET_WORKER_EVENT_HANDLER_H

#include "realnet/worker/caretaker.h"
#include "realnet/worker/connections.h"
#include "realnet/worker/connector.h"
#include "realnet/worker/first-bytes.h"
#include "realnet/worker/greeter.h"

#include <vector>

namespace sonda
{

/**
 * What the sockets of connections say, and what follows: tells the dispatcher, connects and relays.
 * Used by one worker's thread, which says what time it is once a turn.
 */
class EventHandler
{
  public:
    using How = ConnectionEnd::How;

    /** All must outlive the handler. */
    EventHandler(WorkerShared& shared, EventQueue& events, Connections& connections);

    void SetSettings(const std::shared_ptr<const RelaySettings>& settings);

    /** A turn of the loop begins. */
    void
    SetNow(Instant now)
    {
        m_now = now;
    }

    /** A client was accepted. */
    void Welcome(Connection& connection);

    /** epoll told of the client's socket. */
    void OnClientEvent(Connection& connection, std::uint32_t events);

    /** epoll told of the server's socket. */
    void OnServerEvent(Connection& connection, std::uint32_t events);

    /** Connects whoever is to be connected now, and says who of the others waits. To be called
     * after whatever may have changed that. */
    void ConnectNext();

    /** Goes on with those that have something to do without an event. */
    void ServeReady();

    /** \return whether there are such. */
    bool
    HasReady() const
    {
        return !m_ready.empty();
    }

    /** Does what is due. */
    void OnTime();

    /** \return when OnTime() is to be called next. */
    std::optional<Instant> NextDue();

    /** Frees connections that have ended; none of this turn's events may follow. */
    void Bury();

  private:
    void TakeGreeting(Connection& connection);
    void FollowConnect(Connection& connection, Connector::Outcome outcome);
    void Serve(Connection& connection);
    void OnAborted(Connection& connection);
    void End(Connection& connection, How how, std::optional<Side> by = std::nullopt);

    WorkerShared& m_shared;
    EventQueue& m_events;
    Connections& m_connections;
    Dispatcher& m_dispatcher; //!< of m_connections
    Instant m_now{};
    Greeter m_greeter;
    Connector m_connector;
    FirstBytes m_firstBytes;
    Caretaker m_caretaker;
    std::vector<Connection*> m_ready;   //!< the run queue: have work without a new event
    std::vector<Connection*> m_serving; //!< the run queue of the turn before
};

} // namespace sonda

#endif

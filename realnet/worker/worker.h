#ifndef SONDA_REALNET_WORKER_WORKER_H
#define SONDA_REALNET_WORKER_WORKER_H

#include "model/connection/dispatcher.h"
#include "realnet/relay/relay-io.h"
#include "realnet/worker/acceptor.h"
#include "realnet/worker/caretaker.h"
#include "realnet/worker/connector.h"
#include "realnet/worker/end-reporter.h"
#include "realnet/worker/first-bytes.h"
#include "realnet/worker/worker-picker.h"

#include <atomic>
#include <list>
#include <new>
#include <vector>

namespace sonda
{

/**
 * Accepts clients, has them dispatched and relays: one thread with an epoll. What becomes of a
 * client is its Dispatcher's to say; this is the loop that tells the dispatcher what sockets say,
 * and does what follows.
 *
 * Run() belongs to the worker's thread; Drain(), Cut(), Reload() and IsAlive() may be called by
 * any.
 */
class Worker : private ConnectionDriver
{
  public:
    /** \param shared must outlive the worker */
    explicit Worker(WorkerShared& shared);

    /** Works until it was told to stop and its last connection has ended. */
    void Run();

    /** Takes no more clients; running connections go on. */
    void Drain();

    /** Resets all connections and ends. */
    void Cut();

    /** \return whether the worker has made a turn since the last call, which wakes it for the next.
     */
    bool IsAlive();

    /** Fetches the shared settings; running connections get the new timeouts, too. */
    void Reload();

  private:
    enum class Order
    {
        WORK,
        DRAIN,
        CUT,
    };

    using How = ConnectionEnd::How;

    void Give(Order order);
    void Obey();
    void OnEvent(const EventTarget& target, std::uint32_t events);
    void OnClientEvent(Connection& connection, std::uint32_t events);
    void OnServerEvent(Connection& connection, std::uint32_t events);
    void AcceptClients(int listener);
    void Welcome(Connection& connection);
    void TakeGreeting(Connection& connection);
    void ConnectNext();
    void FollowConnect(Connection& connection, Connector::Outcome outcome);
    void Serve(Connection& connection);
    void ServeReady();
    void OnAborted(Connection& connection);
    void ExpireTimeouts();
    int WaitMilliseconds();
    void End(Connection& connection, How how, std::optional<Side> by = std::nullopt);
    template <typename Work>
    void Survive(Connection& connection, Work work);

    void OnWaiting(ConnectionLife& life) override;
    void OnRetry(ConnectionLife& life, Retry why) override;
    bool HasDelivered(ConnectionLife& life) override;
    void OnEnded(ConnectionLife& life, const ConnectionEnd& end) override;

    WorkerShared& m_shared;
    std::atomic<Order> m_order{Order::WORK};
    std::atomic<bool> m_reload{false};
    std::atomic<bool> m_asked{false}; //!< by IsAlive(), and no turn since
    std::shared_ptr<const RelaySettings> m_settings;
    Instant m_now{}; //!< read once per turn

    EventQueue m_events;
    Acceptor m_acceptor;
    Greeter m_greeter;
    Connector m_connector;
    FirstBytes m_firstBytes;
    Caretaker m_caretaker;
    RelayIo m_io;
    EndReporter m_reporter;
    WorkerPicker m_picker;
    Dispatcher m_dispatcher;

    std::list<Connection> m_live;
    std::list<Connection> m_dead;       //!< freed at the end of the turn: events may name them
    std::vector<Connection*> m_ready;   //!< the run queue: have work without a new event
    std::vector<Connection*> m_serving; //!< the run queue of the turn before
};

} // namespace sonda

#endif

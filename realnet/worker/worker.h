#ifndef SONDA_REALNET_WORKER_WORKER_H
#define SONDA_REALNET_WORKER_WORKER_H

#include "model/connection/timeout-queue.h"
#include "realnet/relay/relay-io.h"
#include "realnet/worker/acceptor.h"
#include "realnet/worker/connection.h"
#include "realnet/worker/greeter.h"
#include "realnet/worker/last-looks.h"
#include "realnet/worker/worker-shared.h"

#include <atomic>
#include <list>
#include <new>
#include <span>
#include <sys/epoll.h>
#include <vector>

namespace sonda
{

/**
 * Accepts clients, has them dispatched and relays: one thread with an edge-triggered epoll. Every
 * socket is registered once and never changed.
 *
 * Run() belongs to the worker's thread; Drain(), Cut(), Reload() and IsAlive() may be called by
 * any.
 */
class Worker
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

    // worker.cc: the loop
    void Give(Order order);
    void Obey();
    void TakeSettings();
    void ServeReady();
    void Serve(Connection& connection);
    void Bury();
    template <typename Work>
    void Survive(Connection* connection, Work work);

    // worker-events.cc: what the kernel reports
    std::span<const epoll_event> Events();
    void OnEvent(const EventTarget& target, std::uint32_t events);
    void OnClientEvent(Connection& connection, std::uint32_t events);
    void OnServerEvent(Connection& connection, std::uint32_t events);
    void OnGreeting(Connection& connection);
    void RejectUngreeted(Connection& connection, const char* when);

    // worker-timeouts.cc: what is due, and when
    int WaitMilliseconds();
    void ExpireTimeouts();
    void OnConnectTimeout(Connection& connection);
    void GrowUp(Connection& connection);
    void Examine(Connection& connection);

    // worker-connect.cc: from client to server
    void AcceptClients(int listener);
    void Welcome(Connection& connection);
    void Reject(Connection& connection,
                Counter& counter,
                LogLimiter& limiter,
                const std::string& why,
                const char* how);
    void ConnectNext(Connection& connection);
    void Await(Connection& connection);
    void ServeWaiting();
    void RejectUnserved(Connection& connection);
    void FinishConnect(Connection& connection, bool broken);
    void OnConnectFailed(Connection& connection, int error);
    bool RetryAfterReset(Connection& connection);
    bool LeadsBack(const Connection& connection) const;
    bool Register(int socket, EventTarget& target);
    void AwaitFirstBytes(Connection& connection);
    void AcknowledgeServer(Connection& connection);

    // worker-close.cc: the ends
    void Close(Connection& connection, ConnectionEnd end, bool good);
    void Finish(Connection& connection);
    void ResetBoth(Connection& connection, ConnectionEnd end);
    void Log(const Connection& connection, ConnectionEnd end);
    static ConnectionEnd ResetBy(const Connection& connection);
    void NoteEarlyReset(Connection& connection);
    void BeginReset(Connection& connection);
    void ContinueReset(Connection& connection);
    void OnBrokenWhileResetting(Connection& connection, Side side);
    void Settle(Connection& connection, bool good);
    void OnTimeout(Connection& connection, Counter& counter, const char* how);
    void OnVanished(Connection& connection, Side side);
    void OnNoMemory(Connection* connection);

    WorkerShared& m_shared;
    Descriptor m_epoll;
    Descriptor m_wakeUp;
    EventTarget m_wakeUpEvents{EventTarget::Kind::WAKE_UP};
    std::atomic<Order> m_order{Order::WORK};
    std::atomic<bool> m_reload{false};
    std::atomic<bool> m_asked{false}; //!< by IsAlive(), and no turn since
    std::shared_ptr<const RelaySettings> m_settings;
    std::vector<epoll_event> m_events;
    LastLooks m_looks;
    Instant m_now{}; //!< read once per turn
    Acceptor m_acceptor;
    RelayIo m_io;
    Greeter m_greeter;

    TimeoutQueue m_connecting;
    TimeoutQueue m_silent; //!< connected, the client has sent nothing yet; see Handshake
    TimeoutQueue m_young;  //!< of Connection::m_care; then keep-alive begins
    TimeoutQueue m_grown;  //!< the same, and then again and again: see Examine()
    TimeoutQueue m_idle;
    TimeoutQueue m_halfClosed;
    TimeoutQueue m_resetting; //!< looked at again and again, see ContinueReset()
    TimeoutQueue m_waiting;   //!< clients that no agent can take now
    TimeoutQueue m_retry;     //!< of m_retryEntry, which is in it while clients wait
    TimeoutEntry m_retryEntry;

    std::list<Connection> m_live;
    std::list<Connection> m_dead;       //!< freed at the end of the turn
    std::vector<Connection*> m_ready;   //!< the run queue: have work without a new event
    std::vector<Connection*> m_serving; //!< the run queue of the turn before
};

/** Does some work of one connection, or of none. Want of memory ends that connection and nothing
 * else. */
template <typename Work>
void
Worker::Survive(Connection* connection, Work work)
{
    try
    {
        work();
    }
    catch (const std::bad_alloc&)
    {
        OnNoMemory(connection);
    }
}

} // namespace sonda

#endif

#ifndef SONDA_REALNET_WORKER_WORKER_H
#define SONDA_REALNET_WORKER_WORKER_H

#include "realnet/worker/acceptor.h"
#include "realnet/worker/event-handler.h"

#include <atomic>

namespace sonda
{

/**
 * Accepts clients, has them dispatched and relays: one thread with an epoll. What becomes of a
 * client is its Dispatcher's to say, and what events mean its EventHandler's; this is the loop, and
 * what others may order.
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

    void Give(Order order);
    void Obey();
    void OnEvent(const EventTarget& target, std::uint32_t events);
    void AcceptClients(int listener);
    int WaitMilliseconds();

    WorkerShared& m_shared;
    std::atomic<Order> m_order{Order::WORK};
    std::atomic<bool> m_reload{false};
    std::atomic<bool> m_asked{false}; //!< by IsAlive(), and no turn since
    Instant m_now{};                  //!< read once per turn

    EventQueue m_events;
    Acceptor m_acceptor;
    Connections m_connections;
    EventHandler m_handler;
};

} // namespace sonda

#endif

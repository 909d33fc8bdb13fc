#ifndef SONDA_REALNET_PROXY_WORKER_THREADS_H
#define SONDA_REALNET_PROXY_WORKER_THREADS_H

#include "realnet/worker/scheduling.h"
#include "realnet/worker/worker.h"

#include <asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace sonda
{

/** The workers of a proxy, each on a thread of its own. Belongs to the control thread. */
class WorkerThreads
{
  public:
    /**
     * \param io of the control thread
     * \param shared must outlive the workers
     * \param count how many
     * \param scheduling of their threads
     * \param onEnded is called on the control thread when the last of them has ended
     */
    WorkerThreads(asio::io_context& io,
                  WorkerShared& shared,
                  unsigned count,
                  Scheduling scheduling,
                  std::function<void()> onEnded);

    /**
     * Starts them; their threads have the caller's signal mask. Throws std::system_error when there
     * are not enough threads: those that were started work, and are to be cut and joined.
     */
    void Start();

    /** Waits until all that were started have ended. */
    void Join();

    /** \return whether each has made a turn since the last call; one that has ended need not. */
    bool AreAlive();

    /** See Worker, of all of them. */
    void Drain();
    void Cut();
    void Reload();

  private:
    void Start(Worker& worker);
    void OnEnded();

    asio::io_context& m_io;
    Scheduling m_scheduling;
    std::function<void()> m_onEnded;
    std::vector<std::unique_ptr<Worker>> m_workers;
    std::vector<std::thread> m_threads;
    std::size_t m_working{0};
};

} // namespace sonda

#endif

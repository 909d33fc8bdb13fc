#ifndef SONDA_REALNET_ADMIN_BOUNDED_TASK_QUEUE_H
#define SONDA_REALNET_ADMIN_BOUNDED_TASK_QUEUE_H

#include <condition_variable>
#include <deque>
#include <functional>
#include <httplib.h>
#include <mutex>
#include <thread>
#include <vector>

namespace sonda
{

/**
 * The threads of the HTTP server. Its task is a connection, which holds a descriptor: the library's
 * own queue would take any number of them, and leave the relay without. Here enqueue() waits while
 * the queue is full, so that further clients stay in the kernel's backlog.
 */
class BoundedTaskQueue : public httplib::TaskQueue
{
  public:
    /** \param threads that work \param waiting tasks that may wait for one */
    BoundedTaskQueue(std::size_t threads, std::size_t waiting);

    void enqueue(std::function<void()> task) override;

    /** Works off what is queued, then ends the threads. */
    void shutdown() override;

  private:
    void Work();

    std::size_t m_most;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::function<void()>> m_tasks;
    bool m_closed{false};
    std::vector<std::thread> m_threads;
};

} // namespace sonda

#endif

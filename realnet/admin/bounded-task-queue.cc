#include "realnet/admin/bounded-task-queue.h"

#include <utility>

namespace sonda
{

BoundedTaskQueue::BoundedTaskQueue(std::size_t threads, std::size_t waiting)
    : m_most(waiting)
{
    for (std::size_t i = 0; i < threads; ++i)
    {
        m_threads.emplace_back([this] { Work(); });
    }
}

void
BoundedTaskQueue::enqueue(std::function<void()> task)
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_tasks.size() < m_most || m_closed; });
    m_tasks.push_back(std::move(task)); // also when closed: the task must close its socket
    m_changed.notify_all();
}

void
BoundedTaskQueue::shutdown()
{
    {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
    }
    m_changed.notify_all();
    for (std::thread& thread : m_threads)
    {
        thread.join();
    }
}

void
BoundedTaskQueue::Work()
{
    std::unique_lock lock(m_mutex);
    while (true)
    {
        m_changed.wait(lock, [this] { return !m_tasks.empty() || m_closed; });
        if (m_tasks.empty())
        {
            return;
        }
        const std::function<void()> task = std::move(m_tasks.front());
        m_tasks.pop_front();
        m_changed.notify_all();
        lock.unlock();
        task();
        lock.lock();
    }
}

} // namespace sonda

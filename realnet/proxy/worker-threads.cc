#include "realnet/proxy/worker-threads.h"

#include <asio/post.hpp>
#include <spdlog/spdlog.h>
#include <utility>

namespace sonda
{

WorkerThreads::WorkerThreads(asio::io_context& io,
                             WorkerShared& shared,
                             unsigned count,
                             Scheduling scheduling,
                             std::function<void()> onEnded)
    : m_io(io),
      m_scheduling(scheduling),
      m_onEnded(std::move(onEnded))
{
    for (unsigned i = 0; i < count; ++i)
    {
        m_workers.push_back(std::make_unique<Worker>(shared));
    }
}

void
WorkerThreads::Start()
{
    for (const auto& worker : m_workers)
    {
        Start(*worker);
    }
}

void
WorkerThreads::Start(Worker& worker)
{
    m_threads.emplace_back(
        [this, &worker]
        {
            if (const auto refused = ScheduleThisThread(m_scheduling))
            {
                spdlog::warn("a worker goes on under normal scheduling: {}", refused->message);
            }
            worker.Run();
            asio::post(m_io, [this] { OnEnded(); });
        });
    ++m_working;
}

void
WorkerThreads::OnEnded()
{
    if (--m_working == 0)
    {
        m_onEnded();
    }
}

void
WorkerThreads::Join()
{
    for (std::thread& thread : m_threads)
    {
        thread.join();
    }
    m_threads.clear();
}

bool
WorkerThreads::AreAlive()
{
    bool isAlive = true;
    for (const auto& worker : m_workers)
    {
        isAlive = worker->IsAlive() && isAlive;
    }
    return isAlive || m_working < m_workers.size(); // those that have ended need not answer
}

void
WorkerThreads::Drain()
{
    for (const auto& worker : m_workers)
    {
        worker->Drain();
    }
}

void
WorkerThreads::Cut()
{
    for (const auto& worker : m_workers)
    {
        worker->Cut();
    }
}

void
WorkerThreads::Reload()
{
    for (const auto& worker : m_workers)
    {
        worker->Reload();
    }
}

} // namespace sonda

#include "realnet/worker/log-closer.h"

namespace sonda
{

LogCloser::LogCloser()
    : m_thread([this] { Run(); })
{
}

LogCloser::~LogCloser()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

std::shared_ptr<ConnectionLog>
LogCloser::Share(std::unique_ptr<ConnectionLog> log)
{
    if (!log)
    {
        return nullptr;
    }
    return {log.release(),
            [this](ConnectionLog* unused) { Close(std::unique_ptr<ConnectionLog>(unused)); }};
}

void
LogCloser::Close(std::unique_ptr<ConnectionLog> log)
{
    {
        const std::lock_guard lock(m_mutex);
        m_unused.push_back(std::move(log));
    }
    m_wake.notify_one();
}

void
LogCloser::Run()
{
    std::unique_lock lock(m_mutex);
    while (true)
    {
        m_wake.wait(lock, [this] { return m_stop || !m_unused.empty(); });
        if (m_unused.empty())
        {
            return;
        }
        std::vector<std::unique_ptr<ConnectionLog>> unused;
        std::swap(unused, m_unused);
        lock.unlock();
        unused.clear(); // waits for the disk
        lock.lock();
    }
}

} // namespace sonda

#include "realnet/proxy/acceptor.h"

#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace sonda
{

namespace
{

/** Short beside what a client waits for, long beside what a trial costs. */
constexpr Duration PAUSE = std::chrono::milliseconds(50);

bool
IsWantOfMeans(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

} // namespace

Acceptor::Acceptor(WorkerShared& shared, int epoll)
    : m_shared(shared),
      m_epoll(epoll)
{
    Watch();
}

void
Acceptor::Watch()
{
    epoll_event event{};
    event.events = EPOLLIN | EPOLLEXCLUSIVE;
    event.data.ptr = &m_events;
    m_watching = epoll_ctl(m_epoll, EPOLL_CTL_ADD, m_shared.listener, &event) == 0;
}

void
Acceptor::Pause(Instant now, const char* why)
{
    if (m_watching)
    {
        epoll_ctl(m_epoll, EPOLL_CTL_DEL, m_shared.listener, nullptr);
        m_watching = false;
    }
    m_pausedUntil = now + PAUSE;
    m_shared.counters.acceptPauses.Add();
    if (const auto silenced = m_shared.descriptorLog.Allow(now))
    {
        spdlog::warn("accepting pauses: {}; new clients wait in the kernel{}",
                     why,
                     Silenced(*silenced));
    }
}

std::optional<Descriptor>
Acceptor::Accept(Instant now)
{
    if (m_closed || !m_watching)
    {
        return std::nullopt;
    }
    // Counted before it is there, so that workers together never exceed the limit.
    if (m_shared.open.fetch_add(1) >= m_shared.budget.connections)
    {
        m_shared.open.fetch_sub(1);
        Pause(now, "the limit of connections is reached (ulimit -n)");
        return std::nullopt;
    }
    while (true)
    {
        const int fd = accept4(m_shared.listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
        {
            m_shared.counters.accepted.Add();
            return Descriptor(fd);
        }
        const int error = errno;
        if (error == EINTR || error == ECONNABORTED)
        {
            continue;
        }
        m_shared.open.fetch_sub(1);
        if (IsWantOfMeans(error))
        {
            Pause(now, "the kernel has no descriptor or memory left");
        }
        return std::nullopt;
    }
}

void
Acceptor::OnTime(Instant now)
{
    if (m_pausedUntil && *m_pausedUntil <= now)
    {
        m_pausedUntil.reset();
        Watch();
    }
}

void
Acceptor::Close()
{
    if (m_watching)
    {
        epoll_ctl(m_epoll, EPOLL_CTL_DEL, m_shared.listener, nullptr);
    }
    m_watching = false;
    m_closed = true;
    m_pausedUntil.reset();
}

} // namespace sonda

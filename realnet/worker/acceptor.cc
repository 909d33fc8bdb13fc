#include "realnet/worker/acceptor.h"

#include "realnet/common/clock.h"

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
    for (const int listener : shared.listeners)
    {
        m_events.push_back({EventTarget::Kind::LISTENER, nullptr, listener});
    }
    Watch();
}

void
Acceptor::Watch()
{
    m_watching = true;
    for (EventTarget& target : m_events)
    {
        epoll_event event{};
        event.events = EPOLLIN | EPOLLEXCLUSIVE;
        event.data.ptr = &target;
        if (epoll_ctl(m_epoll, EPOLL_CTL_ADD, target.listener, &event) != 0 && errno != EEXIST)
        {
            // The kernel is short of memory: try again after a pause.
            Unwatch();
            m_pausedUntil = Now() + PAUSE;
            return;
        }
    }
}

void
Acceptor::Unwatch()
{
    for (const EventTarget& target : m_events)
    {
        epoll_ctl(m_epoll, EPOLL_CTL_DEL, target.listener, nullptr);
    }
    m_watching = false;
}

void
Acceptor::Pause(Instant now, const char* why)
{
    if (m_watching)
    {
        Unwatch();
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

std::optional<Client>
Acceptor::Accept(int listener, Instant now)
{
    if (m_closed || !m_watching)
    {
        return std::nullopt;
    }
    // Counted before it is there, so that workers together never exceed the limit.
    if (m_shared.open.fetch_add(1) >= m_shared.mostConnections.load(std::memory_order_relaxed))
    {
        m_shared.open.fetch_sub(1);
        Pause(now, "the limit of connections is reached (--max-connections, ulimit -n)");
        return std::nullopt;
    }
    while (true)
    {
        SocketAddress from;
        socklen_t size = SocketAddress::Capacity();
        const int fd = accept4(listener, from.Raw(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
        {
            m_shared.counters.accepted.Add();
            return Client{Descriptor(fd), from};
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
        Unwatch();
    }
    m_closed = true;
    m_pausedUntil.reset();
}

} // namespace sonda

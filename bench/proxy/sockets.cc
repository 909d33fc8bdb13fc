#include "bench/proxy/sockets.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sonda::bench
{

namespace
{

constexpr std::size_t EVENTS_AT_A_TIME = 256;
constexpr int LISTEN_BACKLOG = 4096;
constexpr time_t BLOCKING_S = 5;

void
SetOption(int socket, int level, int name, int value)
{
    Must(setsockopt(socket, level, name, &value, sizeof value), "setsockopt");
}

} // namespace

void
Fail(const Error& error)
{
    std::fprintf(stderr, "%s: %s\n", program_invocation_short_name, error.message.c_str());
    std::exit(1);
}

int
Must(int result, const char* what)
{
    if (result < 0)
    {
        Fail(SystemError(what));
    }
    return result;
}

bool
WouldBlock()
{
    return errno == EAGAIN || errno == EWOULDBLOCK;
}

Descriptor
Listen(const SocketAddress& at)
{
    Descriptor listener(
        Must(socket(at.Family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
    SetOption(listener.Get(), SOL_SOCKET, SO_REUSEADDR, 1);
    SetOption(listener.Get(), IPPROTO_TCP, TCP_NODELAY, 1);
    Must(bind(listener.Get(), at.Raw(), at.Size()), "bind");
    Must(listen(listener.Get(), LISTEN_BACKLOG), "listen");
    return listener;
}

Route::Route(const SocketAddress& to, unsigned sources)
    : m_to(to)
{
    for (unsigned i = 1; i <= sources; ++i)
    {
        m_sources.emplace_back("127.1.0." + std::to_string(i), 0);
    }
}

Descriptor
Route::MakeSocket(int flags)
{
    Descriptor made(Must(socket(m_to.Family(), SOCK_STREAM | SOCK_CLOEXEC | flags, 0), "socket"));
    SetOption(made.Get(), IPPROTO_TCP, TCP_NODELAY, 1);
    if (!m_sources.empty())
    {
        // The port is chosen by connect(), which knows the other end: one port serves many ends.
        SetOption(made.Get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
        const SocketAddress& source = m_sources[m_next++ % m_sources.size()];
        Must(bind(made.Get(), source.Raw(), source.Size()), "bind");
    }
    return made;
}

Expected<Descriptor>
Route::Start()
{
    Descriptor made = MakeSocket(SOCK_NONBLOCK);
    if (connect(made.Get(), m_to.Raw(), m_to.Size()) != 0 && errno != EINPROGRESS)
    {
        return SystemError("connect");
    }
    return made;
}

Descriptor
Route::Connect()
{
    Descriptor made = MakeSocket(0);
    const timeval time{BLOCKING_S, 0};
    Must(setsockopt(made.Get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time), "setsockopt");
    Must(setsockopt(made.Get(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time), "setsockopt");
    Must(connect(made.Get(), m_to.Raw(), m_to.Size()), "connect");
    return made;
}

Poller::Poller()
    : m_epoll(Must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      m_room(EVENTS_AT_A_TIME)
{
}

void
Poller::Add(int socket, std::uint32_t events, std::uint64_t tag)
{
    epoll_event event{events, {}};
    event.data.u64 = tag;
    Must(epoll_ctl(m_epoll.Get(), EPOLL_CTL_ADD, socket, &event), "epoll_ctl");
}

void
Poller::Change(int socket, std::uint32_t events, std::uint64_t tag)
{
    epoll_event event{events, {}};
    event.data.u64 = tag;
    Must(epoll_ctl(m_epoll.Get(), EPOLL_CTL_MOD, socket, &event), "epoll_ctl");
}

const std::vector<epoll_event>&
Poller::Wait(Instant until)
{
    const std::int64_t left = std::max<std::int64_t>(0, (until - Now()).count());
    constexpr std::int64_t second = 1'000'000'000;
    const timespec time{static_cast<time_t>(left / second), static_cast<long>(left % second)};
    return WaitFor(&time);
}

const std::vector<epoll_event>&
Poller::Wait()
{
    return WaitFor(nullptr);
}

const std::vector<epoll_event>&
Poller::WaitFor(const timespec* time)
{
    int count =
        epoll_pwait2(m_epoll.Get(), m_room.data(), static_cast<int>(m_room.size()), time, nullptr);
    if (count < 0 && errno == EINTR)
    {
        count = 0;
    }
    m_events.assign(m_room.begin(), m_room.begin() + Must(count, "epoll_pwait2"));
    return m_events;
}

} // namespace sonda::bench

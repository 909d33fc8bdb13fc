#include "realnet/admin/http-listener.h"

#include "realnet/admin/http-callbacks.h"
#include "realnet/common/admin-limits.h"
#include "realnet/common/clock.h"
#include "realnet/common/socket-address.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace sonda
{

namespace
{

/** So many clients wait in the kernel, where net.core.somaxconn lets them. */
constexpr int BACKLOG = 4096;

/** Between two looks at who is late. */
constexpr Duration LOOK = std::chrono::milliseconds(250);

/** Short beside what a person notices, long beside what a trial costs. */
constexpr int PAUSE_MS = 50;

int
Milliseconds(Duration time)
{
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(time).count();
    return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 3'600'000));
}

} // namespace

Expected<std::unique_ptr<HttpListener>>
HttpListener::Open(const Endpoint& at, Handler handler)
{
    std::unique_ptr<HttpListener> listener(new HttpListener());
    listener->m_handler = std::move(handler);
    if (auto error = listener->Bind(at))
    {
        return *error;
    }
    if (auto error = listener->StartLibrary())
    {
        return *error;
    }
    return listener;
}

HttpListener::~HttpListener()
{
    Stop();
}

/** Not the library's: it could neither tell the reason nor leave SO_REUSEPORT alone on all of its
 * versions, with which a second proxy would take every other request. */
std::optional<Error>
HttpListener::Bind(const Endpoint& at)
{
    const SocketAddress address(at);
    m_family = address.Family();
    m_wake = Descriptor(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    m_listens = Descriptor(socket(m_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int fd = m_listens.Get();
    const int on = 1;
    // Who connects and says nothing waits in the kernel, too, and takes no place meanwhile.
    const int silence = static_cast<int>(SILENCE_PATIENCE.count());
    if (!m_wake || fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &silence, sizeof(silence)) != 0 ||
        bind(fd, address.Raw(), address.Size()) != 0 || listen(fd, BACKLOG) != 0)
    {
        return SystemError(ToString(at));
    }
    m_at = at;
    m_at.port = LocalAddress(fd).Port();
    return std::nullopt;
}

std::optional<Error>
HttpListener::StartLibrary()
{
    // No other flag of threads: MHD_run() is called by our thread alone.
    const unsigned flags =
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (m_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    m_daemon = MHD_start_daemon(flags,
                                0,
                                nullptr,
                                nullptr,
                                &Callbacks::OnRequest,
                                this,
                                MHD_OPTION_LISTEN_SOCKET,
                                m_listens.Get(),
                                MHD_OPTION_CONNECTION_LIMIT,
                                ADMIN_PLACES,
                                MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                                ADMIN_CONNECTION_BYTES,
                                MHD_OPTION_CONNECTION_TIMEOUT,
                                static_cast<unsigned>(SILENCE_PATIENCE.count()),
                                MHD_OPTION_NOTIFY_CONNECTION,
                                &Callbacks::OnConnection,
                                this,
                                MHD_OPTION_UNESCAPE_CALLBACK,
                                &Callbacks::Unescape,
                                this,
                                MHD_OPTION_END);
    if (m_daemon == nullptr)
    {
        return Error{ToString(m_at) + ": libmicrohttpd does not start: no memory or descriptors"};
    }
    m_listener = std::exchange(m_listens, Descriptor()).Release();
    m_epoll = MHD_get_daemon_info(m_daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    return std::nullopt;
}

void
HttpListener::Start()
{
    m_thread = std::thread([this] { Serve(); });
}

void
HttpListener::Wake()
{
    eventfd_write(m_wake.Get(), 1);
}

void
HttpListener::Stop()
{
    m_stopping.store(true);
    Wake();
    if (m_thread.joinable())
    {
        m_thread.join();
    }
    if (m_daemon != nullptr)
    {
        MHD_stop_daemon(std::exchange(m_daemon, nullptr));
    }
}

void
HttpListener::Serve()
{
    std::array<pollfd, 2> wanted{{{m_wake.Get(), POLLIN, 0}, {m_epoll, POLLIN, 0}}};
    m_nextHeartbeat = Now() + HEARTBEAT;
    while (!m_stopping.load())
    {
        wanted[0].revents = wanted[1].revents = 0;
        poll(wanted.data(), wanted.size(), Timeout());
        const Instant now = Now();
        eventfd_t ignored = 0;
        if (eventfd_read(m_wake.Get(), &ignored) == 0 || now >= m_nextHeartbeat)
        {
            m_nextHeartbeat = now + HEARTBEAT;
            WakeStreams();
        }
        if (now >= m_nextLook)
        {
            m_nextLook = now + LOOK;
            CutLate(now);
        }
        Run(wanted[1].revents != 0);
    }
    WakeStreams(); // nobody may be suspended when the library ends
    MHD_run(m_daemon);
}

/** \param mayAccept the library was told that something is ready */
void
HttpListener::Run(bool mayAccept)
{
    const std::uint64_t before = m_accepted;
    const bool idle = m_clients.empty();
    m_hasEnded = false;
    MHD_run(m_daemon);
    if (mayAccept && idle && m_clients.empty() && m_accepted == before && ClientsWait())
    {
        if (const auto silenced = m_log.Allow(Now()))
        {
            spdlog::warn("the admin listener takes no clients now; they wait in the kernel{}",
                         Silenced(*silenced));
        }
        pollfd wake{m_wake.Get(), POLLIN, 0};
        poll(&wake, 1, PAUSE_MS);
    }
}

/** \return milliseconds until something is due; -1: nothing is */
int
HttpListener::Timeout() const
{
    if (m_hasEnded)
    {
        return 0; // a library that had no place looks for clients when it is run again, not before
    }
    if (m_clients.empty())
    {
        return -1;
    }
    const Instant now = Now();
    int ms = Milliseconds(std::min(m_nextHeartbeat, m_nextLook) - now);
    MHD_UNSIGNED_LONG_LONG library = 0;
    if (MHD_get_timeout(m_daemon, &library) == MHD_YES)
    {
        ms = static_cast<int>(std::min<MHD_UNSIGNED_LONG_LONG>(library, static_cast<unsigned>(ms)));
    }
    return ms;
}

void
HttpListener::WakeStreams()
{
    for (MHD_Connection* connection : std::exchange(m_suspended, {}))
    {
        MHD_resume_connection(connection);
    }
}

void
HttpListener::CutLate(Instant now)
{
    const bool full = m_clients.size() >= ADMIN_PLACES;
    for (Client& client : m_clients)
    {
        if (IsLate(client, now - client.since, full))
        {
            Cut(client);
        }
    }
    MendAccepting();
}

bool
HttpListener::IsLate(const Client& client, Duration age, bool full) const
{
    switch (client.phase)
    {
    case Phase::REQUEST:
        return age > (full ? REQUEST_PATIENCE_WHEN_FULL : REQUEST_PATIENCE);
    case Phase::ANSWER:
        return full && age > ANSWER_PATIENCE_WHEN_FULL;
    case Phase::STREAM:
        break;
    }
    return false;
}

/**
 * After the kernel was short of files the library takes clients again when a connection has ended;
 * readers of events may stay for days. So one of them is ended when clients wait in vain beside
 * free places; its page comes back within a second.
 */
void
HttpListener::MendAccepting()
{
    const bool inVain = m_accepted == m_acceptedBefore && !m_clients.empty() &&
                        m_clients.size() < ADMIN_PLACES && ClientsWait();
    m_looksInVain = inVain ? m_looksInVain + 1 : 0;
    m_acceptedBefore = m_accepted;
    if (m_looksInVain >= 2)
    {
        m_looksInVain = 0;
        Cut(m_clients.front());
        WakeStreams();
    }
}

/** The library closes it when it meets the end. */
void
HttpListener::Cut(Client& client)
{
    client.cut = true;
    shutdown(client.socket, SHUT_RDWR);
}

bool
HttpListener::ClientsWait() const
{
    pollfd listener{m_listener, POLLIN, 0};
    return poll(&listener, 1, 0) > 0;
}

} // namespace sonda

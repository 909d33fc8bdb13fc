#include "realnet/common/clock.h"
#include "realnet/relay/socket-events.h"
#include "realnet/worker/worker.h"

#include <algorithm>
#include <sys/eventfd.h>
#include <thread>

/** The part of Worker that waits for events and hands them on. */
namespace sonda
{

namespace
{

/** The longest time of looking again before sleeping, see LastLooks. */
constexpr Duration LOOKING = std::chrono::microseconds(200);

} // namespace

/** Waits for events, or until something is due. */
std::span<const epoll_event>
Worker::Events()
{
    const auto wait = [this](int milliseconds)
    {
        const int n = epoll_wait(m_epoll.Get(),
                                 m_events.data(),
                                 static_cast<int>(m_events.size()),
                                 milliseconds);
        return static_cast<std::size_t>(std::max(n, 0));
    };
    std::size_t n = 0;
    if (m_io.TakeStreamed() && m_ready.empty())
    {
        const Instant end = Now() + LOOKING;
        // Where others keep the core busy, a few looks take as long as what may be due.
        for (int looks = m_looks.Count(); looks > 0 && n == 0 && Now() < end; --looks)
        {
            std::this_thread::yield();
            n = wait(0);
        }
        m_looks.Learn(n > 0);
    }
    n = n > 0 ? n : wait(WaitMilliseconds());
    return std::span(m_events).first(n);
}

void
Worker::OnEvent(const EventTarget& target, std::uint32_t events)
{
    switch (target.kind)
    {
    case EventTarget::Kind::LISTENER:
        AcceptClients(target.listener);
        break;
    case EventTarget::Kind::WAKE_UP:
    {
        eventfd_t count = 0;
        eventfd_read(m_wakeUp.Get(), &count);
        break;
    }
    case EventTarget::Kind::CLIENT:
        OnClientEvent(*target.connection, events);
        break;
    case EventTarget::Kind::SERVER:
        OnServerEvent(*target.connection, events);
        break;
    }
}

void
Worker::OnClientEvent(Connection& connection, std::uint32_t events)
{
    const bool broken = events & (EPOLLERR | EPOLLHUP);
    connection.m_relay.OnEvents(Side::CLIENT, ToSocketEvents(events));
    if (connection.m_phase == Phase::RELAYING)
    {
        Serve(connection);
    }
    else if (connection.m_phase < Phase::RELAYING && broken)
    {
        // The client's doing: whoever it was dispatched to has neither failed nor served it.
        m_shared.counters.clientsGone.Add();
        ResetBoth(connection, {"gone", "client"});
    }
    else if (connection.m_phase == Phase::GREETING)
    {
        OnGreeting(connection);
    }
    else if (broken)
    {
        OnBrokenWhileResetting(connection, Side::CLIENT);
    }
}

/** The client, who is trusted, has still to send its header. */
void
Worker::OnGreeting(Connection& connection)
{
    switch (m_greeter.Take(connection))
    {
    case Greeter::Outcome::INCOMPLETE:
        break;
    case Greeter::Outcome::TAKEN:
        connection.m_phase = Phase::WAITING;
        ConnectNext(connection);
        break;
    case Greeter::Outcome::GONE:
        m_shared.counters.clientsGone.Add();
        ResetBoth(connection, {"gone", "client"});
        break;
    case Greeter::Outcome::BAD:
        RejectUngreeted(connection, "");
        break;
    }
}

/** \param when the header should have come; begins with a blank, or is empty */
void
Worker::RejectUngreeted(Connection& connection, const char* when)
{
    Reject(connection,
           m_shared.counters.badGreetings,
           m_shared.greetingLog,
           ToString(connection.m_source.ToEndpoint()) +
               ", a trusted proxy, sent no header of the PROXY protocol" + when,
           "bad-header");
}

void
Worker::OnServerEvent(Connection& connection, std::uint32_t events)
{
    if (connection.m_phase == Phase::CONNECTING)
    {
        if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
        {
            FinishConnect(connection, events & (EPOLLERR | EPOLLHUP));
        }
        if (connection.m_phase != Phase::RELAYING)
        {
            return;
        }
    }
    connection.m_relay.OnEvents(Side::SERVER, ToSocketEvents(events));
    if (connection.m_phase == Phase::RELAYING)
    {
        Serve(connection);
    }
    else if (events & (EPOLLERR | EPOLLHUP))
    {
        OnBrokenWhileResetting(connection, Side::SERVER);
    }
}

} // namespace sonda

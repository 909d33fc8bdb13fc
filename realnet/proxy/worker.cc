#include "realnet/proxy/worker.h"

#include "realnet/common/clock.h"
#include "realnet/proxy/socket-events.h"

#include <algorithm>
#include <stdexcept>
#include <sys/eventfd.h>
#include <thread>

namespace sonda
{

namespace
{

constexpr std::size_t EVENTS_PER_TURN = 256;

/** The longest time of looking again before sleeping, see LastLooks. */
constexpr Duration LOOKING = std::chrono::microseconds(200);

/** How often a socket that is to be reset is asked whether its peer has everything. */
constexpr Duration RESET_POLL = std::chrono::milliseconds(10);

/** How long the handshake with a server may wait for bytes of the client, see Handshake. */
constexpr Duration FIRST_BYTES = std::chrono::milliseconds(1);

/** Younger connections need no keep-alive; most end before. */
constexpr Duration YOUTH = std::chrono::seconds(1);

/** How often clients that wait for an agent are looked after: short beside any connect. */
constexpr Duration RETRY_PERIOD = std::chrono::milliseconds(20);

Descriptor
MakeDescriptor(int fd, const char* what)
{
    if (fd < 0)
    {
        throw std::runtime_error(SystemError(what).message); // start-up
    }
    return Descriptor(fd);
}

} // namespace

Worker::Worker(WorkerShared& shared)
    : m_shared(shared),
      m_epoll(MakeDescriptor(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      m_wakeUp(MakeDescriptor(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")),
      m_settings(shared.settings.Get()),
      m_events(EVENTS_PER_TURN),
      m_acceptor(shared, m_epoll.Get()),
      m_io(shared.pipesPerWorker),
      m_greeting(m_settings->timeouts.connect),
      m_connecting(m_settings->timeouts.connect),
      m_silent(FIRST_BYTES),
      m_young(YOUTH),
      m_idle(m_settings->timeouts.idle),
      m_halfClosed(m_settings->timeouts.halfClosed),
      m_resetting(RESET_POLL),
      m_waiting(m_settings->timeouts.queue),
      m_retry(RETRY_PERIOD)
{
    if (!Register(m_wakeUp.Get(), m_wakeUpEvents))
    {
        throw std::runtime_error(SystemError("epoll_ctl").message);
    }
}

void
Worker::Drain()
{
    Give(Order::DRAIN);
}

void
Worker::Cut()
{
    Give(Order::CUT);
}

void
Worker::Reload()
{
    m_reload.store(true);
    eventfd_write(m_wakeUp.Get(), 1);
}

bool
Worker::IsAlive()
{
    const bool isAlive = !m_asked.exchange(true);
    eventfd_write(m_wakeUp.Get(), 1);
    return isAlive;
}

void
Worker::TakeSettings()
{
    m_settings = m_shared.settings.Get();
    m_waiting.SetTimeout(m_settings->timeouts.queue, m_now);
    m_greeting.SetTimeout(m_settings->timeouts.connect, m_now);
    m_connecting.SetTimeout(m_settings->timeouts.connect, m_now);
    m_idle.SetTimeout(m_settings->timeouts.idle, m_now);
    m_halfClosed.SetTimeout(m_settings->timeouts.halfClosed, m_now);
}

void
Worker::Give(Order order)
{
    m_order.store(order);
    eventfd_write(m_wakeUp.Get(), 1);
}

void
Worker::Obey()
{
    if (m_asked.load(std::memory_order_relaxed))
    {
        m_asked.store(false);
    }
    if (m_reload.exchange(false))
    {
        TakeSettings();
    }
    const Order order = m_order.load();
    if (order == Order::WORK)
    {
        return;
    }
    m_acceptor.Close();
    while (order == Order::CUT && !m_live.empty())
    {
        m_shared.counters.cut.Add();
        ResetBoth(m_live.front(), {"drain-timeout", "proxy"});
    }
}

void
Worker::Run()
{
    m_now = Now();
    while (m_order.load() == Order::WORK || !m_live.empty())
    {
        const auto events = Events();
        m_now = Now();
        for (const auto& event : events)
        {
            OnEvent(*static_cast<const EventTarget*>(event.data.ptr), event.events);
        }
        ServeReady();
        ExpireTimeouts();
        Obey();
        Bury();
    }
}

/** Waits for events, or until something is due. */
std::span<const epoll_event>
Worker::Events()
{
    const auto wait = [this](int milliseconds)
    {
        const int n = epoll_wait(m_epoll.Get(), m_events.data(), EVENTS_PER_TURN, milliseconds);
        return static_cast<std::size_t>(std::max(n, 0));
    };
    std::size_t n = 0;
    if (m_io.TakeStreamed() && m_ready.empty())
    {
        const Instant end = Now() + LOOKING;
        for (int looks = m_looks.Count(); looks > 0 && n == 0; --looks)
        {
            std::this_thread::yield();
            n = wait(0);
            // Where others keep the core busy, a few looks take as long as what may be due.
            if (Now() >= end)
            {
                break;
            }
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
        TakeGreeting(connection);
    }
    else if (broken)
    {
        OnBrokenWhileResetting(connection, Side::CLIENT);
    }
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

void
Worker::ServeReady()
{
    std::swap(m_ready, m_serving);
    for (Connection* connection : m_serving)
    {
        connection->m_ready = false;
        if (connection->m_phase == Phase::RELAYING)
        {
            Serve(*connection);
        }
    }
    m_serving.clear();
}

void
Worker::Serve(Connection& connection)
{
    Relay& relay = connection.m_relay;
    relay.StartPass();
    m_io.Pump(connection, Side::CLIENT);
    m_io.Pump(connection, Side::SERVER);
    switch (relay.State())
    {
    case RelayState::FINISHED:
        m_shared.counters.completed.Add();
        Close(connection,
              {"finished", connection.m_endedFirst ? ToString(*connection.m_endedFirst) : "both"},
              true);
        return;
    case RelayState::ABORTED:
        if (!RetryAfterReset(connection))
        {
            BeginReset(connection);
        }
        return;
    case RelayState::RUNNING:
        if (connection.m_handshake == Handshake::HELD)
        {
            AwaitFirstBytes(connection);
            break;
        }
        m_idle.Restart(connection, m_now);
        break;
    case RelayState::HALF_CLOSED:
        if (!connection.m_endedFirst)
        {
            connection.m_endedFirst =
                relay.From(Side::CLIENT).EndPassed() ? Side::CLIENT : Side::SERVER;
        }
        m_halfClosed.Restart(connection, m_now);
        break;
    }
    if (relay.HasWork() && !connection.m_ready)
    {
        connection.m_ready = true;
        m_ready.push_back(&connection);
    }
}

void
Worker::Bury()
{
    if (m_dead.empty())
    {
        return;
    }
    std::erase_if(m_ready, [](const Connection* c) { return c->m_phase == Phase::CLOSED; });
    m_dead.clear();
}

} // namespace sonda

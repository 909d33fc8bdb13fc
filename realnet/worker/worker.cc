#include "realnet/worker/worker.h"

#include "realnet/common/clock.h"

#include <stdexcept>
#include <sys/eventfd.h>

namespace sonda
{

namespace
{

constexpr std::size_t EVENTS_PER_TURN = 256;

/** How often a socket that is to be reset is asked whether its peer has everything. */
constexpr Duration RESET_POLL = std::chrono::milliseconds(10);

/** How long the handshake with a server may wait for bytes of the client, see Handshake. */
constexpr Duration FIRST_BYTES = std::chrono::milliseconds(1);

/** Younger connections need no care; most end before. */
constexpr Duration YOUTH = std::chrono::seconds(1);

/** How often it is looked whether the peers of a grown connection are still there: often beside
 * what it takes to be sure, seldom beside what a look costs. */
constexpr Duration EXAMINATION_PERIOD = std::chrono::seconds(2);

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
      m_greeter(m_settings),
      m_connecting(m_settings->timeouts.connect),
      m_silent(FIRST_BYTES),
      m_young(YOUTH),
      m_grown(EXAMINATION_PERIOD),
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
    m_greeter.SetSettings(m_settings, m_now);
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
            const auto& target = *static_cast<const EventTarget*>(event.data.ptr);
            Survive(target.connection, [&] { OnEvent(target, event.events); });
        }
        ServeReady();
        ExpireTimeouts();
        Obey();
        Bury();
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
            Survive(connection, [&] { Serve(*connection); });
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
        Finish(connection);
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
    if (connection.m_isGrown && !connection.m_care.IsWaiting())
    {
        m_grown.Restart(connection.m_care, m_now); // something has moved, and may be owed
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

#include "realnet/worker/worker.h"

#include "realnet/common/clock.h"

#include <algorithm>

namespace sonda
{

Worker::Worker(WorkerShared& shared)
    : m_shared(shared),
      m_acceptor(shared, m_events.Get()),
      m_connections(shared, [this] { m_events.Wake(); }),
      m_handler(shared, m_events, m_connections)
{
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
    m_events.Wake();
}

bool
Worker::IsAlive()
{
    const bool isAlive = !m_asked.exchange(true);
    m_events.Wake();
    return isAlive;
}

void
Worker::Give(Order order)
{
    m_order.store(order);
    m_events.Wake();
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
        const auto settings = m_shared.settings.Get();
        m_connections.SetSettings(settings, m_now);
        m_handler.SetSettings(settings);
    }
    const Order order = m_order.load();
    if (order == Order::WORK)
    {
        return;
    }
    m_acceptor.Close();
    if (order == Order::CUT)
    {
        m_connections.Cut(m_now);
    }
}

void
Worker::Run()
{
    m_now = Now();
    while (m_order.load() == Order::WORK || !m_connections.IsEmpty())
    {
        const bool eagerly = m_connections.Io().TakeStreamed() && !m_handler.HasReady();
        const auto events = m_events.Wait(WaitMilliseconds(), eagerly);
        m_now = Now();
        m_handler.SetNow(m_now);
        for (const auto& event : events)
        {
            OnEvent(*static_cast<const EventTarget*>(event.data.ptr), event.events);
            m_handler.ConnectNext();
        }
        m_handler.ServeReady();
        m_acceptor.OnTime(m_now);
        m_handler.OnTime();
        Obey();
        m_handler.ConnectNext();
        m_handler.Bury();
    }
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
        m_events.TakeWake();
        m_connections.Machine().OnFree();
        break;
    case EventTarget::Kind::CLIENT:
        m_connections.Survive(*target.connection,
                              m_now,
                              [&] { m_handler.OnClientEvent(*target.connection, events); });
        break;
    case EventTarget::Kind::SERVER:
        m_connections.Survive(*target.connection,
                              m_now,
                              [&] { m_handler.OnServerEvent(*target.connection, events); });
        break;
    }
}

void
Worker::AcceptClients(int listener)
{
    for (int taken = 0; taken < Acceptor::ACCEPTS_PER_TURN; ++taken)
    {
        auto client = m_acceptor.Accept(listener, m_now);
        if (!client)
        {
            return;
        }
        Connection* const connection = m_connections.Add(std::move(*client), m_now);
        if (connection == nullptr)
        {
            return;
        }
        m_connections.Survive(*connection, m_now, [&] { m_handler.Welcome(*connection); });
        m_handler.ConnectNext();
    }
}

int
Worker::WaitMilliseconds()
{
    if (m_handler.HasReady())
    {
        return 0;
    }
    std::optional<Instant> next = m_acceptor.NextTime();
    if (const auto due = m_handler.NextDue(); due && (!next || *due < *next))
    {
        next = due;
    }
    if (!next)
    {
        return -1;
    }
    // Rounded up: waking a little too early would be waking in vain.
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*next - m_now).count();
    constexpr std::int64_t most = 60'000;
    return static_cast<int>(std::clamp<std::int64_t>(wait, 0, most));
}

} // namespace sonda

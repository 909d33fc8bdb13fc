#include "realnet/worker/worker.h"

#include "realnet/common/clock.h"
#include "realnet/relay/socket-events.h"

#include <algorithm>
#include <cerrno>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

namespace sonda
{

using Stage = ConnectionLife::Stage;

Worker::Worker(WorkerShared& shared)
    : m_shared(shared),
      m_settings(shared.settings.Get()),
      m_acceptor(shared, m_events.Get()),
      m_greeter(m_settings),
      m_connector(shared, m_events, m_greeter),
      m_caretaker(m_settings),
      m_io(shared.pipesPerWorker),
      m_reporter(shared),
      m_picker(shared.balancer, [this] { m_events.Wake(); }),
      m_dispatcher(m_picker, *this, m_settings->rules)
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
        m_settings = m_shared.settings.Get();
        m_dispatcher.SetRules(m_settings->rules, m_now);
        m_greeter.SetSettings(m_settings, m_now);
        m_caretaker.SetSettings(m_settings);
    }
    const Order order = m_order.load();
    if (order == Order::WORK)
    {
        return;
    }
    m_acceptor.Close();
    while (order == Order::CUT && !m_live.empty())
    {
        End(m_live.front(), How::CUT);
    }
}

void
Worker::Run()
{
    m_now = Now();
    while (m_order.load() == Order::WORK || !m_live.empty())
    {
        const bool eagerly = m_io.TakeStreamed() && m_ready.empty();
        const auto events = m_events.Wait(WaitMilliseconds(), eagerly);
        m_now = Now();
        for (const auto& event : events)
        {
            OnEvent(*static_cast<const EventTarget*>(event.data.ptr), event.events);
            ConnectNext();
        }
        ServeReady();
        ExpireTimeouts();
        Obey();
        ConnectNext();
        if (!m_dead.empty())
        {
            std::erase_if(m_ready, [](const Connection* c) { return c->HasEnded(); });
            m_dead.clear();
        }
    }
}

/** Does some work of one connection. Want of memory ends that connection and nothing else. */
template <typename Work>
void
Worker::Survive(Connection& connection, Work work)
{
    try
    {
        work();
    }
    catch (const std::bad_alloc&)
    {
        if (!connection.HasEnded())
        {
            m_io.Release(connection); // what follows may need some
            End(connection, How::NO_MEMORY);
        }
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
        m_dispatcher.OnFree();
        break;
    case EventTarget::Kind::CLIENT:
        Survive(*target.connection, [&] { OnClientEvent(*target.connection, events); });
        break;
    case EventTarget::Kind::SERVER:
        Survive(*target.connection, [&] { OnServerEvent(*target.connection, events); });
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
        try
        {
            m_live.emplace_front(std::move(client->socket), client->address, m_now);
        }
        catch (const std::bad_alloc&)
        {
            m_shared.open.fetch_sub(1);
            m_reporter.OnNoMemory(m_now);
            return;
        }
        Connection& connection = m_live.front();
        connection.m_place = m_live.begin();
        Survive(connection, [&] { Welcome(connection); });
        ConnectNext();
    }
}

void
Worker::Welcome(Connection& connection)
{
    if (!m_events.Register(connection.m_client.Get(), connection.m_clientEvents))
    {
        End(connection, How::NO_DESCRIPTOR);
    }
    else if (m_greeter.IsTrusted(connection))
    {
        m_greeter.Await(connection, m_now);
    }
    else
    {
        m_dispatcher.Serve(connection, m_now);
    }
}

/** The client, who is trusted, has still to send its header. */
void
Worker::TakeGreeting(Connection& connection)
{
    switch (m_greeter.Take(connection))
    {
    case Greeter::Outcome::INCOMPLETE:
        break;
    case Greeter::Outcome::TAKEN:
        m_dispatcher.Serve(connection, m_now);
        break;
    case Greeter::Outcome::GONE:
        End(connection, How::GONE, Side::CLIENT);
        break;
    case Greeter::Outcome::BAD:
        End(connection, How::BAD_HEADER);
        break;
    }
}

void
Worker::OnClientEvent(Connection& connection, std::uint32_t events)
{
    const bool broken = events & (EPOLLERR | EPOLLHUP);
    connection.m_relay.OnEvents(Side::CLIENT, ToSocketEvents(events));
    switch (connection.GetStage())
    {
    case Stage::STANDING:
        Serve(connection);
        break;
    case Stage::NEW:
    case Stage::WAITING:
    case Stage::CONNECTING:
        if (broken)
        {
            // The client's doing: whoever it was dispatched to has neither failed nor served it.
            End(connection, How::GONE, Side::CLIENT);
        }
        else if (connection.GetStage() == Stage::NEW)
        {
            TakeGreeting(connection);
        }
        break;
    case Stage::SETTLING:
        if (broken && connection.m_relay.Gone() == Side::SERVER)
        {
            m_dispatcher.OnSettled(connection, m_now);
        }
        break;
    case Stage::ENDED:
        break;
    }
}

void
Worker::OnServerEvent(Connection& connection, std::uint32_t events)
{
    const bool broken = events & (EPOLLERR | EPOLLHUP);
    if (connection.GetStage() == Stage::CONNECTING)
    {
        if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
        {
            FollowConnect(connection, m_connector.Finish(connection, broken));
        }
        if (!connection.IsStanding())
        {
            return;
        }
    }
    connection.m_relay.OnEvents(Side::SERVER, ToSocketEvents(events));
    if (connection.IsStanding())
    {
        Serve(connection);
    }
    else if (broken && connection.GetStage() == Stage::SETTLING &&
             connection.m_relay.Gone() == Side::CLIENT)
    {
        m_dispatcher.OnSettled(connection, m_now);
    }
}

/** Connects whoever is to be connected now, and says who of the others waits. */
void
Worker::ConnectNext()
{
    while (ConnectionLife* life = m_dispatcher.Next(m_now))
    {
        auto& connection = static_cast<Connection&>(*life);
        Survive(connection, [&] { FollowConnect(connection, m_connector.Start(connection)); });
    }
    m_picker.SetFirstWaiting(m_dispatcher.FirstWaitBy());
}

void
Worker::FollowConnect(Connection& connection, Connector::Outcome outcome)
{
    switch (outcome.kind)
    {
    case Connector::Outcome::Kind::GOING_ON:
        break;
    case Connector::Outcome::Kind::STANDS:
        if (!m_greeter.Greets())
        {
            m_firstBytes.Hold(connection);
        }
        m_caretaker.Begin(connection, m_now);
        m_dispatcher.OnConnected(connection, m_now);
        break;
    case Connector::Outcome::Kind::FAILED:
        m_reporter.OnConnectFailed(connection, outcome.error, m_now);
        m_dispatcher.OnConnectFailed(connection, m_now);
        break;
    case Connector::Outcome::Kind::NO_MEANS:
        m_reporter.OnNoMeans(outcome.error, m_now);
        End(connection, How::NO_DESCRIPTOR);
        break;
    case Connector::Outcome::Kind::LEADS_BACK:
        m_shared.balancer.Bar(connection.Agent());
        m_dispatcher.PickAnother(connection, m_now);
        break;
    }
}

void
Worker::ServeReady()
{
    std::swap(m_ready, m_serving);
    for (Connection* connection : m_serving)
    {
        connection->m_ready = false;
        if (connection->IsStanding())
        {
            Survive(*connection, [&] { Serve(*connection); });
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
        m_dispatcher.OnFinished(connection, connection.From(Side::SERVER).bytes == 0, m_now);
        return;
    case RelayState::ABORTED:
        OnAborted(connection);
        return;
    case RelayState::RUNNING:
        m_dispatcher.OnMoved(connection, m_now);
        m_firstBytes.OnServed(connection, m_now);
        break;
    case RelayState::HALF_CLOSED:
        m_dispatcher.OnHalfClosed(connection, relay.EndedFirst(), m_now);
        break;
    }
    m_caretaker.OnServed(connection, m_now);
    if (relay.HasWork() && !connection.m_ready)
    {
        connection.m_ready = true;
        m_ready.push_back(&connection);
    }
}

void
Worker::OnAborted(Connection& connection)
{
    const Side gone = connection.m_relay.Gone();
    const bool isSilent = connection.From(Side::SERVER).bytes == 0;
    m_dispatcher.OnAborted(connection, gone, connection.IsUntouched(), isSilent, m_now);
    if (connection.GetStage() == Stage::SETTLING)
    {
        m_io.Release(connection);
    }
}

void
Worker::ExpireTimeouts()
{
    m_acceptor.OnTime(m_now);
    while (Connection* late = m_greeter.Due(m_now))
    {
        End(*late, How::BAD_HEADER);
    }
    m_firstBytes.OnTime(m_now);
    while (const auto loss = m_caretaker.Examine(m_now))
    {
        End(loss->connection, How::VANISHED, loss->side);
    }
    m_dispatcher.OnTime(m_now);
}

int
Worker::WaitMilliseconds()
{
    if (!m_ready.empty())
    {
        return 0;
    }
    std::optional<Instant> next = m_acceptor.NextTime();
    for (const auto& due : {m_greeter.NextDue(),
                            m_firstBytes.NextDue(),
                            m_caretaker.NextDue(),
                            m_dispatcher.NextDue()})
    {
        next = due && (!next || *due < *next) ? due : next;
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

void
Worker::End(Connection& connection, How how, std::optional<Side> by)
{
    Survive(connection, [&] { m_dispatcher.End(connection, how, by, m_now); });
}

void
Worker::OnWaiting(ConnectionLife&)
{
    m_shared.counters.waited.Add();
}

void
Worker::OnRetry(ConnectionLife& life, Retry why)
{
    auto& connection = static_cast<Connection&>(life);
    m_reporter.OnRetry(why);
    if (why == Retry::CONNECT_TIMED_OUT)
    {
        m_reporter.OnConnectFailed(connection, ETIMEDOUT, m_now);
    }
    connection.m_server.Close();
    if (why != Retry::RESET)
    {
        return;
    }
    connection.m_begin.Leave();
    connection.m_care.Leave();
    connection.m_relay = Relay();
    // What the client has done meanwhile announces itself no second time.
    pollfd client{connection.m_client.Get(), POLLIN | POLLPRI | POLLRDHUP, 0};
    poll(&client, 1, 0);
    connection.m_relay.OnEvents(Side::CLIENT,
                                ToSocketEvents(static_cast<std::uint16_t>(client.revents)));
}

bool
Worker::HasDelivered(ConnectionLife& life)
{
    auto& connection = static_cast<Connection&>(life);
    const int survivor = connection.Socket(Other(connection.m_relay.Gone()));
    int unacknowledged = 0;
    return ioctl(survivor, SIOCOUTQ, &unacknowledged) != 0 || unacknowledged == 0;
}

void
Worker::OnEnded(ConnectionLife& life, const ConnectionEnd& end)
{
    auto& connection = static_cast<Connection&>(life);
    m_io.Release(connection);
    if (end.how == How::FINISHED)
    {
        CloseByReset(connection.m_client.Get(), false);
        CloseByReset(connection.m_server.Get(), false);
    }
    m_reporter.OnEnded(connection, end, *m_settings);
    connection.m_begin.Leave();
    connection.m_care.Leave();
    connection.m_client.Close(); // closing takes a socket out of epoll, too
    connection.m_server.Close();
    m_dead.splice(m_dead.begin(), m_live, connection.m_place);
    m_shared.open.fetch_sub(1);
}

} // namespace sonda

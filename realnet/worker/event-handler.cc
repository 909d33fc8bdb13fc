#include "realnet/worker/event-handler.h"

#include "realnet/relay/socket-events.h"

#include <algorithm>

namespace sonda
{

using Stage = ConnectionLife::Stage;

EventHandler::EventHandler(WorkerShared& shared, EventQueue& events, Connections& connections)
    : m_shared(shared),
      m_events(events),
      m_connections(connections),
      m_dispatcher(connections.Machine()),
      m_greeter(shared.settings.Get()),
      m_connector(shared, events, m_greeter),
      m_caretaker(shared.settings.Get())
{
}

void
EventHandler::SetSettings(const std::shared_ptr<const RelaySettings>& settings)
{
    m_greeter.SetSettings(settings, m_now);
    m_caretaker.SetSettings(settings);
}

void
EventHandler::Welcome(Connection& connection)
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
EventHandler::TakeGreeting(Connection& connection)
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
EventHandler::OnClientEvent(Connection& connection, std::uint32_t events)
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
EventHandler::OnServerEvent(Connection& connection, std::uint32_t events)
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
EventHandler::ConnectNext()
{
    while (ConnectionLife* life = m_dispatcher.Next(m_now))
    {
        auto& connection = static_cast<Connection&>(*life);
        m_connections.Survive(connection,
                              m_now,
                              [&] { FollowConnect(connection, m_connector.Start(connection)); });
    }
    m_connections.TellLine();
}

void
EventHandler::FollowConnect(Connection& connection, Connector::Outcome outcome)
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
        m_connections.Reporter().OnConnectFailed(connection, outcome.error, m_now);
        m_dispatcher.OnConnectFailed(connection, m_now);
        break;
    case Connector::Outcome::Kind::NO_MEANS:
        m_connections.Reporter().OnNoMeans(outcome.error, m_now);
        End(connection, How::NO_DESCRIPTOR);
        break;
    case Connector::Outcome::Kind::LEADS_BACK:
        m_shared.balancer.Bar(connection.Agent());
        m_dispatcher.PickAnother(connection, m_now);
        break;
    }
}

void
EventHandler::ServeReady()
{
    std::swap(m_ready, m_serving);
    for (Connection* connection : m_serving)
    {
        connection->m_ready = false;
        if (connection->IsStanding())
        {
            m_connections.Survive(*connection, m_now, [&] { Serve(*connection); });
        }
    }
    m_serving.clear();
}

void
EventHandler::Serve(Connection& connection)
{
    Relay& relay = connection.m_relay;
    relay.StartPass();
    m_connections.Io().Pump(connection, Side::CLIENT);
    m_connections.Io().Pump(connection, Side::SERVER);
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
EventHandler::OnAborted(Connection& connection)
{
    const Side gone = connection.m_relay.Gone();
    const bool isSilent = connection.From(Side::SERVER).bytes == 0;
    m_dispatcher.OnAborted(connection, gone, connection.IsUntouched(), isSilent, m_now);
    if (connection.GetStage() == Stage::SETTLING)
    {
        m_connections.Io().Release(connection);
    }
}

void
EventHandler::End(Connection& connection, How how, std::optional<Side> by)
{
    m_connections.End(connection, how, by, m_now);
}

void
EventHandler::OnTime()
{
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

std::optional<Instant>
EventHandler::NextDue()
{
    std::optional<Instant> next;
    for (const auto& due : {m_greeter.NextDue(),
                            m_firstBytes.NextDue(),
                            m_caretaker.NextDue(),
                            m_dispatcher.NextDue()})
    {
        next = due && (!next || *due < *next) ? due : next;
    }
    return next;
}

void
EventHandler::Bury()
{
    m_connections.Bury(
        [this] { std::erase_if(m_ready, [](const Connection* c) { return c->HasEnded(); }); });
}

} // namespace sonda

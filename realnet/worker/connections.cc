#include "realnet/worker/connections.h"

#include "realnet/common/tcp-options.h"
#include "realnet/relay/socket-events.h"

#include <cerrno>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

namespace sonda
{

Connections::Connections(WorkerShared& shared, std::function<void()> wake)
    : m_shared(shared),
      m_settings(shared.settings.Get()),
      m_io(shared.pipesPerWorker),
      m_reporter(shared),
      m_picker(shared.balancer, std::move(wake)),
      m_dispatcher(m_picker, *this, m_settings->rules)
{
}

void
Connections::SetSettings(std::shared_ptr<const RelaySettings> settings, Instant now)
{
    m_settings = std::move(settings);
    m_dispatcher.SetRules(m_settings->rules, now);
}

Connection*
Connections::Add(Client client, Instant now)
{
    try
    {
        m_live.emplace_front(std::move(client.socket), client.address, now);
    }
    catch (const std::bad_alloc&)
    {
        m_shared.open.fetch_sub(1);
        m_reporter.OnNoMemory(now);
        return nullptr;
    }
    m_live.front().m_place = m_live.begin();
    return &m_live.front();
}

void
Connections::End(Connection& connection, How how, std::optional<Side> by, Instant now)
{
    Survive(connection, now, [&] { m_dispatcher.End(connection, how, by, now); });
}

void
Connections::Cut(Instant now)
{
    while (!m_live.empty())
    {
        End(m_live.front(), How::CUT, std::nullopt, now);
    }
}

void
Connections::OnWaiting(ConnectionLife&)
{
    m_shared.counters.waited.Add();
}

void
Connections::OnRetry(ConnectionLife& life, Retry why, Instant now)
{
    auto& connection = static_cast<Connection&>(life);
    m_reporter.OnRetry(why);
    if (why == Retry::CONNECT_TIMED_OUT)
    {
        m_reporter.OnConnectFailed(connection, ETIMEDOUT, now);
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
Connections::HasDelivered(ConnectionLife& life)
{
    auto& connection = static_cast<Connection&>(life);
    const int survivor = connection.Socket(Other(connection.m_relay.Gone()));
    int unacknowledged = 0;
    return ioctl(survivor, SIOCOUTQ, &unacknowledged) != 0 || unacknowledged == 0;
}

void
Connections::OnEnded(ConnectionLife& life, const ConnectionEnd& end)
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

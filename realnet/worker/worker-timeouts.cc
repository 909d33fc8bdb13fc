#include "realnet/common/tcp-options.h"
#include "realnet/relay/vanished.h"
#include "realnet/worker/worker.h"

#include <algorithm>
#include <cerrno>

/** The part of Worker that watches the time. */
namespace sonda
{

int
Worker::WaitMilliseconds()
{
    if (!m_ready.empty())
    {
        return 0;
    }
    std::optional<Instant> next = m_acceptor.NextTime();
    const auto take = [&next](std::optional<Instant> due)
    { next = due && (!next || *due < *next) ? due : next; };
    take(m_greeter.NextDue());
    for (TimeoutQueue* queue : {&m_connecting,
                                &m_silent,
                                &m_young,
                                &m_grown,
                                &m_idle,
                                &m_halfClosed,
                                &m_resetting,
                                &m_waiting,
                                &m_retry})
    {
        take(queue->NextDue());
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
Worker::ExpireTimeouts()
{
    m_acceptor.OnTime(m_now);
    const auto expire = [this](auto& queue, auto action)
    {
        while (TimeoutEntry* entry = queue.Due(m_now))
        {
            auto& connection = static_cast<Connection&>(*entry);
            Survive(&connection, [&] { action(connection); });
        }
    };
    const auto care = [this](TimeoutQueue& queue, auto action)
    {
        while (TimeoutEntry* entry = queue.Due(m_now))
        {
            Connection& connection = static_cast<Care&>(*entry).connection;
            entry->Leave();
            Survive(&connection, [&] { action(connection); });
        }
    };
    expire(m_connecting, [this](Connection& c) { OnConnectTimeout(c); });
    expire(m_greeter, [this](Connection& c) { RejectUngreeted(c, " within the connect timeout"); });
    expire(m_waiting, [this](Connection& c) { RejectUnserved(c); });
    if (m_retry.Due(m_now))
    {
        ServeWaiting();
    }
    care(m_young, [this](Connection& c) { GrowUp(c); });
    care(m_grown, [this](Connection& c) { Examine(c); });
    expire(m_silent, [this](Connection& c) { AcknowledgeServer(c); });
    expire(m_idle,
           [this](Connection& c) { OnTimeout(c, m_shared.counters.idleTimeouts, "idle-timeout"); });
    expire(m_halfClosed,
           [this](Connection& c)
           { OnTimeout(c, m_shared.counters.halfClosedTimeouts, "half-closed-timeout"); });
    expire(m_resetting, [this](Connection& c) { ContinueReset(c); });
}

void
Worker::OnConnectTimeout(Connection& connection)
{
    const bool isCut = *connection.m_serverBy <= m_now &&
                       m_now - connection.m_dispatchedAt < m_settings->timeouts.connect;
    if (isCut)
    {
        // The client's time is over, not the server's.
        Settle(connection, false);
        connection.m_server.Close();
    }
    else
    {
        OnConnectFailed(connection, ETIMEDOUT);
    }
    ConnectNext(connection);
}

void
Worker::GrowUp(Connection& connection)
{
    connection.m_isGrown = true;
    SetKeepAlive(connection.m_server.Get(), m_settings->keepAlive);
    Examine(connection);
}

/**
 * A host that vanishes says nothing. What was sent to it stays unacknowledged, and the kernel sends
 * it again for a quarter of an hour. TCP_USER_TIMEOUT would end that, but also a connection whose
 * peer answers and just does not read, so the sockets are asked, again and again while a peer owes
 * something. One that owes nothing is left in peace until more is sent, see Serve().
 */
void
Worker::Examine(Connection& connection)
{
    if (connection.m_phase != Phase::RELAYING)
    {
        return;
    }
    for (const Side side : {Side::CLIENT, Side::SERVER})
    {
        switch (PeerOf(connection.Socket(side), m_settings->timeouts.ack))
        {
        case PeerState::OWES_NOTHING:
            break;
        case PeerState::OWES:
            m_grown.Restart(connection.m_care, m_now);
            break;
        case PeerState::VANISHED:
            OnVanished(connection, side);
            return;
        }
    }
}

} // namespace sonda

#include "realnet/common/clock.h"
#include "realnet/common/tcp-options.h"
#include "realnet/relay/socket-events.h"
#include "realnet/worker/worker.h"

#include <algorithm>
#include <cerrno>
#include <netinet/tcp.h>
#include <new>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>

/** The part of Worker that leads a client to a server. */
namespace sonda
{

namespace
{

/** A server that accepts and resets takes part again at once, so something else must end this. */
constexpr std::uint32_t MOST_RETRIES_AFTER_RESET = 3;

} // namespace

bool
Worker::Register(int socket, EventTarget& target)
{
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET;
    event.data.ptr = &target;
    return epoll_ctl(m_epoll.Get(), EPOLL_CTL_ADD, socket, &event) == 0;
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
            OnNoMemory(nullptr);
            return;
        }
        Connection& connection = m_live.front();
        connection.m_place = m_live.begin();
        Survive(&connection, [&] { Welcome(connection); });
    }
}

void
Worker::Welcome(Connection& connection)
{
    if (!Register(connection.m_client.Get(), connection.m_clientEvents))
    {
        m_shared.counters.noDescriptor.Add();
        ResetBoth(connection, {"no-descriptor", "proxy"});
    }
    else if (m_greeter.IsTrusted(connection))
    {
        connection.m_phase = Phase::GREETING;
        m_greeter.Await(connection, m_now);
    }
    else
    {
        ConnectNext(connection);
    }
}

void
Worker::Reject(Connection& connection,
               Counter& counter,
               LogLimiter& limiter,
               const std::string& why,
               const char* how)
{
    counter.Add();
    if (const auto silenced = limiter.Allow(m_now))
    {
        spdlog::error("{}; client reset{}", why, Silenced(*silenced));
    }
    ResetBoth(connection, {how, "proxy"});
}

/** Tries agents until one is being connected to; every one that fails rests, so that this ends. */
void
Worker::ConnectNext(Connection& connection)
{
    connection.m_serverBy = connection.m_serverBy.value_or(m_now + m_settings->timeouts.Dispatch());
    while (true)
    {
        if (*connection.m_serverBy <= m_now)
        {
            RejectUnserved(connection);
            return;
        }
        const auto target = m_shared.balancer.Dispatch();
        if (!target)
        {
            Await(connection);
            return;
        }
        connection.m_server = Descriptor(
            socket(target->address.Family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        const int fd = connection.m_server.Get();
        if (fd < 0)
        {
            const std::string why = SystemError("making a socket to a server").message;
            m_shared.balancer.Abandon(target->agent); // a want of descriptors is not its failure
            connection.m_dispatched = false;
            Reject(connection,
                   m_shared.counters.noDescriptor,
                   m_shared.descriptorLog,
                   why,
                   "no-descriptor");
            return;
        }
        connection.m_phase = Phase::CONNECTING;
        connection.m_target = *target;
        connection.m_dispatched = true;
        connection.m_dispatchedAt = Now();

        const int on = 1;
        const int off = 0;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on));
        setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof(off));
        CloseByReset(fd, true); // as accepted sockets do; see listener.cc
        const int result = connect(fd, target->address.Raw(), target->address.Size());
        if ((result == 0 || errno == EINPROGRESS) && Register(fd, connection.m_serverEvents))
        {
            // Its first event says whether it stands, also where it stands already.
            m_connecting.Enter(
                connection,
                std::min(m_now + m_settings->timeouts.connect, *connection.m_serverBy));
            return;
        }
        OnConnectFailed(connection, errno);
    }
}

/** No agent can take the client now: one may come, or one's connection end. */
void
Worker::Await(Connection& connection)
{
    connection.m_server.Close();
    if (connection.m_phase == Phase::WAITING && connection.m_waitBy)
    {
        return; // it stays in its place
    }
    if (!connection.m_waitBy)
    {
        connection.m_waitBy = std::min(m_now + m_settings->timeouts.queue, *connection.m_serverBy);
        m_shared.counters.waited.Add();
    }
    if (*connection.m_waitBy <= m_now)
    {
        RejectUnserved(connection); // all that it waited for has failed
        return;
    }
    connection.m_phase = Phase::WAITING;
    m_waiting.Enter(connection, *connection.m_waitBy);
    if (!m_retry.First())
    {
        m_retry.Restart(m_retryEntry, m_now);
    }
}

/** The longest waiting first; who is not served keeps its place. */
void
Worker::ServeWaiting()
{
    m_retryEntry.Leave();
    while (TimeoutEntry* entry = m_waiting.First())
    {
        auto& connection = static_cast<Connection&>(*entry);
        ConnectNext(connection);
        if (connection.m_phase == Phase::WAITING)
        {
            m_retry.Restart(m_retryEntry, m_now);
            return;
        }
    }
}

void
Worker::RejectUnserved(Connection& connection)
{
    Reject(connection,
           m_shared.counters.noAgent,
           m_shared.noAgentLog,
           connection.m_waitBy ? "no agent to dispatch to within the queue timeout"
                               : "no server answered within the queue and the connect timeout",
           "no-agent");
}

/** \param broken whether epoll told of an error */
void
Worker::FinishConnect(Connection& connection, bool broken)
{
    int error = 0;
    if (broken)
    {
        socklen_t size = sizeof(error);
        getsockopt(connection.m_server.Get(), SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error == 0 && LeadsBack(connection))
    {
        // Its other end is a client of ours by now, and goes with it.
        m_shared.balancer.OwnAddress(connection.m_target.agent);
        connection.m_dispatched = false;
        connection.m_server.Close();
        ConnectNext(connection);
        return;
    }
    if (error == 0 && !m_greeter.Send(connection))
    {
        error = errno;
    }
    if (error == 0)
    {
        connection.m_connectedAt = m_now;
        connection.m_serverBy.reset();
        m_shared.balancer.Connected(connection.m_target.agent, connection.m_dispatchedAt);
        connection.m_phase = Phase::RELAYING;
        m_young.Restart(connection.m_care, m_now);
        connection.m_handshake = m_greeter.Greets() ? Handshake::DONE : Handshake::HELD;
        return;
    }
    OnConnectFailed(connection, error);
    ConnectNext(connection);
}

/**
 * \return whether the server is this process: reports of its agent are refused, but addresses may
 * have come to this machine since the last one
 */
bool
Worker::LeadsBack(const Connection& connection) const
{
    if (!m_shared.own.HasPort(connection.m_target.address.Port()))
    {
        return false; // costs nothing, as most of the others do next to nothing:
    }
    // Who connects to another machine has another address than that has.
    const Endpoint server = connection.m_target.address.ToEndpoint();
    const std::string from = LocalAddress(connection.m_server.Get()).Address();
    const bool isHere = from == server.address || from == "127.0.0.1";
    return isHere && m_shared.own.Objection(server);
}

/** The client may be about to send: wait a moment, or go on as with any other connection. */
void
Worker::AwaitFirstBytes(Connection& connection)
{
    if (connection.IsUntouched())
    {
        m_silent.Restart(connection, m_now);
        return;
    }
    connection.m_handshake = Handshake::DONE;
    m_idle.Restart(connection, m_now);
}

void
Worker::AcknowledgeServer(Connection& connection)
{
    AcknowledgeNow(connection.m_server.Get());
    connection.m_handshake = Handshake::DONE;
    m_idle.Restart(connection, m_now);
}

void
Worker::OnConnectFailed(Connection& connection, int error)
{
    m_shared.balancer.ConnectFailed(connection.m_target.agent);
    connection.m_dispatched = false;
    connection.m_server.Close();
    ++connection.m_retries;
    m_shared.counters.retries.Add();
    Counter& counter = error == ECONNREFUSED    ? m_shared.counters.connectRefused
                       : error == ETIMEDOUT     ? m_shared.counters.connectTimedOut
                       : error == EADDRNOTAVAIL ? m_shared.counters.noPort
                                                : m_shared.counters.connectOther;
    counter.Add();
    if (const auto silenced = m_shared.connectLog.Allow(m_now))
    {
        spdlog::warn("connect to {} failed: {}; the agent rests, the next one is tried{}",
                     ToString(connection.m_target.address.ToEndpoint()),
                     std::generic_category().message(error),
                     Silenced(*silenced));
    }
}

/**
 * A server that reset the connection before a byte was read from either end: nothing is lost and
 * nothing comes twice when another one is tried.
 * \return whether that was done
 */
bool
Worker::RetryAfterReset(Connection& connection)
{
    if (connection.m_relay.Gone() != Side::SERVER || !connection.IsUntouched() ||
        connection.m_retries >= MOST_RETRIES_AFTER_RESET)
    {
        return false;
    }
    NoteEarlyReset(connection);
    Settle(connection, false);
    ++connection.m_retries;
    m_shared.counters.retries.Add();
    connection.m_server.Close();
    connection.m_relay = Relay();
    // What the client has done meanwhile announces itself no second time.
    pollfd client{connection.m_client.Get(), POLLIN | POLLPRI | POLLRDHUP, 0};
    poll(&client, 1, 0);
    connection.m_relay.OnEvents(Side::CLIENT,
                                ToSocketEvents(static_cast<std::uint16_t>(client.revents)));
    connection.m_phase = Phase::CONNECTING;
    ConnectNext(connection);
    return true;
}

} // namespace sonda

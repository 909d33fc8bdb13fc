#include "realnet/common/tcp-options.h"
#include "realnet/worker/worker.h"

#include <linux/sockios.h>
#include <new>
#include <sys/ioctl.h>
#include <sys/socket.h>

/** The part of Worker that ends connections. */
namespace sonda
{

/** The balancer learns once how a dispatch ended. */
void
Worker::Settle(Connection& connection, bool good)
{
    if (connection.m_dispatched)
    {
        connection.m_dispatched = false;
        if (connection.m_phase == Phase::CONNECTING)
        {
            m_shared.balancer.Abandon(connection.m_target.agent);
            return;
        }
        m_shared.balancer.Complete(connection.m_target.agent, connection.m_dispatchedAt, good);
    }
}

ConnectionEnd
Worker::ResetBy(const Connection& connection)
{
    return {"reset", ToString(connection.m_relay.Gone())};
}

void
Worker::Log(const Connection& connection, ConnectionEnd end)
{
    if (!m_settings->log)
    {
        return;
    }
    ConnectionRecord record;
    record.client = connection.m_source;
    if (connection.m_connectedAt)
    {
        record.agent = connection.m_target.id;
        record.server = connection.m_target.address;
        record.connect = *connection.m_connectedAt - connection.m_acceptedAt;
    }
    record.up = connection.From(Side::CLIENT).bytes;
    record.down = connection.From(Side::SERVER).bytes;
    record.total = m_now - connection.m_acceptedAt;
    record.retries = connection.m_retries;
    record.end = end;
    m_settings->log->Write(std::move(record));
}

void
Worker::Close(Connection& connection, ConnectionEnd end, bool good)
{
    Settle(connection, good);
    try
    {
        Log(connection, end);
    }
    catch (const std::bad_alloc&)
    {
        m_shared.counters.noMemory.Add(); // a line less
    }
    m_io.Release(connection);
    const Channel& up = connection.From(Side::CLIENT);
    const Channel& down = connection.From(Side::SERVER);
    m_shared.counters.bytesToServers.Add(up.bytes);
    m_shared.counters.bytesToClients.Add(down.bytes);
    m_shared.counters.splicedBytes.Add(up.spliced + down.spliced);
    connection.Leave();
    connection.m_care.Leave();
    connection.m_phase = Phase::CLOSED;
    connection.m_client.Close(); // closing takes a socket out of epoll, too
    connection.m_server.Close();
    m_dead.splice(m_dead.begin(), m_live, connection.m_place);
    m_shared.open.fetch_sub(1);
}

/** Both directions have ended, and all of it was handed to the kernel. */
void
Worker::Finish(Connection& connection)
{
    m_shared.counters.completed.Add();
    CloseByReset(connection.m_client.Get(), false);
    CloseByReset(connection.m_server.Get(), false);
    const auto first = connection.m_endedFirst;
    const bool byServer = first != Side::CLIENT;
    if (byServer && connection.From(Side::SERVER).bytes == 0)
    {
        m_shared.counters.endedEmpty.Add();
        m_shared.balancer.EmptyEnd(connection.m_target.agent);
    }
    Close(connection, {"finished", first ? ToString(*first) : "both"}, true);
}

/** Sockets are closed by a reset as long as nothing else was said. */
void
Worker::ResetBoth(Connection& connection, ConnectionEnd end)
{
    // What reset them before has settled it already.
    Close(connection, end, false);
}

/** A server that resets and has not sent a byte may be broken, although it accepts. */
void
Worker::NoteEarlyReset(Connection& connection)
{
    // An end that was read says nothing: where a write met the reset first, it stands for that.
    if (connection.m_relay.Gone() == Side::SERVER && connection.From(Side::SERVER).bytes == 0)
    {
        m_shared.counters.earlyResets.Add();
        m_shared.balancer.EarlyReset(connection.m_target.agent);
    }
}

/**
 * One end is gone, and what it had sent was handed to the kernel for the other end. A reset would
 * throw away what of that is still on its way, so it waits for the acknowledgement.
 */
void
Worker::BeginReset(Connection& connection)
{
    const Side gone = connection.m_relay.Gone();
    const bool byServer = gone == Side::SERVER;
    (byServer ? m_shared.counters.serverResets : m_shared.counters.clientResets).Add();
    // A client that breaks off says nothing about the agent.
    NoteEarlyReset(connection);
    Settle(connection, !byServer);
    m_io.Release(connection);
    connection.m_phase = Phase::RESETTING;
    connection.m_resetBy = m_now + m_settings->timeouts.halfClosed;
    ContinueReset(connection);
}

void
Worker::ContinueReset(Connection& connection)
{
    const int survivor = connection.Socket(Other(connection.m_relay.Gone()));
    int unacknowledged = 0;
    // No event tells when this falls to zero, so it is asked for at short intervals.
    if (ioctl(survivor, SIOCOUTQ, &unacknowledged) == 0 && unacknowledged > 0 &&
        m_now < connection.m_resetBy)
    {
        m_resetting.Restart(connection, m_now);
        return;
    }
    ResetBoth(connection, ResetBy(connection));
}

/** The end that was still to receive something has broken too; nothing is left to wait for. */
void
Worker::OnBrokenWhileResetting(Connection& connection, Side side)
{
    if (connection.m_phase == Phase::RESETTING && side != connection.m_relay.Gone())
    {
        ResetBoth(connection, ResetBy(connection));
    }
}

void
Worker::OnTimeout(Connection& connection, Counter& counter, const char* how)
{
    counter.Add();
    if (const auto silenced = m_shared.timeoutLog.Allow(m_now))
    {
        spdlog::info("connection reset: nothing moved for --{}{}", how, Silenced(*silenced));
    }
    ResetBoth(connection, {how, "proxy"});
}

/** The host of \p side is gone, or the way to it: nothing that was sent reaches it any more. */
void
Worker::OnVanished(Connection& connection, Side side)
{
    m_shared.counters.vanished.Add();
    if (const auto silenced = m_shared.timeoutLog.Allow(m_now))
    {
        const auto& peer = side == Side::CLIENT ? connection.m_source : connection.m_target.address;
        spdlog::info("connection reset: {} {} has acknowledged nothing for --ack-timeout{}",
                     ToString(side),
                     ToString(peer.ToEndpoint()),
                     Silenced(*silenced));
    }
    // A client that is gone says nothing about the agent.
    Settle(connection, side == Side::CLIENT);
    ResetBoth(connection, {"vanished", ToString(side)});
}

/** Something needed memory that is not there: one connection goes, the others go on.
 * \param connection the one that was worked on; null: none, or it was just refused */
void
Worker::OnNoMemory(Connection* connection)
{
    m_shared.counters.noMemory.Add();
    if (connection != nullptr && connection->m_phase != Phase::CLOSED)
    {
        m_io.Release(*connection); // what follows may need some
        try
        {
            ResetBoth(*connection, {"no-memory", "proxy"});
        }
        catch (const std::bad_alloc&)
        {
            // It was settled, and that is not done twice.
            ResetBoth(*connection, {"no-memory", "proxy"});
        }
    }
    if (const auto silenced = m_shared.memoryLog.Allow(m_now))
    {
        spdlog::error("no memory: a connection was reset{}", Silenced(*silenced));
    }
}

} // namespace sonda

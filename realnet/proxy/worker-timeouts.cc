#include "realnet/common/keep-alive.h"
#include "realnet/proxy/worker.h"

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
    for (TimeoutQueue* queue : {&m_connecting,
                                &m_silent,
                                &m_young,
                                &m_idle,
                                &m_halfClosed,
                                &m_resetting,
                                &m_waiting,
                                &m_retry,
                                &m_greeting})
    {
        const auto due = queue->NextDue();
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
Worker::ExpireTimeouts()
{
    m_acceptor.OnTime(m_now);
    while (TimeoutEntry* entry = m_connecting.Due(m_now))
    {
        OnConnectFailed(static_cast<Connection&>(*entry), ETIMEDOUT);
        ConnectNext(static_cast<Connection&>(*entry));
    }
    while (TimeoutEntry* entry = m_greeting.Due(m_now))
    {
        Reject(static_cast<Connection&>(*entry),
               m_shared.counters.badGreetings,
               m_shared.greetingLog,
               "no header of the PROXY protocol within the connect timeout",
               "bad-header");
    }
    while (TimeoutEntry* entry = m_waiting.Due(m_now))
    {
        RejectUnserved(static_cast<Connection&>(*entry));
    }
    if (m_retry.Due(m_now))
    {
        ServeWaiting();
    }
    while (TimeoutEntry* entry = m_young.Due(m_now))
    {
        entry->Leave();
        SetKeepAlive(static_cast<GrowingUp&>(*entry).connection.m_server.Get(),
                     m_settings->keepAlive);
    }
    while (TimeoutEntry* entry = m_silent.Due(m_now))
    {
        AcknowledgeServer(static_cast<Connection&>(*entry));
    }
    while (TimeoutEntry* entry = m_idle.Due(m_now))
    {
        OnTimeout(static_cast<Connection&>(*entry), m_shared.counters.idleTimeouts, "idle-timeout");
    }
    while (TimeoutEntry* entry = m_halfClosed.Due(m_now))
    {
        OnTimeout(static_cast<Connection&>(*entry),
                  m_shared.counters.halfClosedTimeouts,
                  "half-closed-timeout");
    }
    while (TimeoutEntry* entry = m_resetting.Due(m_now))
    {
        ContinueReset(static_cast<Connection&>(*entry));
    }
}

} // namespace sonda

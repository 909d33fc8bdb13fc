#include "realnet/worker/end-reporter.h"

#include <cerrno>
#include <new>
#include <system_error>

namespace sonda
{

using How = ConnectionEnd::How;

EndReporter::EndReporter(WorkerShared& shared)
    : m_shared(shared)
{
}

void
EndReporter::OnConnectFailed(const Connection& connection, int error, Instant now)
{
    Counter& counter = error == ECONNREFUSED    ? m_shared.counters.connectRefused
                       : error == ETIMEDOUT     ? m_shared.counters.connectTimedOut
                       : error == EADDRNOTAVAIL ? m_shared.counters.noPort
                                                : m_shared.counters.connectOther;
    counter.Add();
    if (const auto silenced = m_shared.connectLog.Allow(now))
    {
        spdlog::warn("connect to {} failed: {}; the agent rests, the next one is tried{}",
                     ToString(connection.m_target.address.ToEndpoint()),
                     std::generic_category().message(error),
                     Silenced(*silenced));
    }
}

void
EndReporter::OnNoMeans(int error, Instant now)
{
    Refuse(m_shared.descriptorLog,
           now,
           "making a socket to a server: " + std::generic_category().message(error));
}

void
EndReporter::OnNoMemory(Instant now)
{
    m_shared.counters.noMemory.Add();
    SayNoMemory(now);
}

void
EndReporter::OnRetry(Retry why)
{
    if (why != Retry::ELSEWHERE)
    {
        m_shared.counters.retries.Add();
    }
    if (why == Retry::RESET)
    {
        m_shared.counters.earlyResets.Add();
    }
}

void
EndReporter::OnEnded(const Connection& connection,
                     const ConnectionEnd& end,
                     const RelaySettings& settings) noexcept
{
    Count(connection, end);
    try
    {
        Say(connection, end, settings);
        if (settings.log)
        {
            Log(connection, end, *settings.log);
        }
        m_shared.balancer.ConnectionEnded(end);
    }
    catch (const std::bad_alloc&)
    {
        m_shared.counters.noMemory.Add(); // a line less
    }
}

void
EndReporter::Count(const Connection& connection, const ConnectionEnd& end)
{
    ProxyCounters& counters = m_shared.counters;
    const Channel& up = connection.From(Side::CLIENT);
    const Channel& down = connection.From(Side::SERVER);
    counters.bytesToServers.Add(up.bytes);
    counters.bytesToClients.Add(down.bytes);
    counters.splicedBytes.Add(up.spliced + down.spliced);
    const bool isSilent = down.bytes == 0;
    counters.endedEmpty.Add(end.how == How::FINISHED && isSilent && end.by != Side::CLIENT);
    counters.earlyResets.Add(end.how == How::RESET && isSilent && end.by == Side::SERVER);
    CounterOf(end).Add();
}

Counter&
EndReporter::CounterOf(const ConnectionEnd& end)
{
    ProxyCounters& counters = m_shared.counters;
    switch (end.how)
    {
    case How::FINISHED:
        return counters.completed;
    case How::RESET:
        return end.by == Side::SERVER ? counters.serverResets : counters.clientResets;
    case How::GONE:
        return counters.clientsGone;
    case How::NO_AGENT:
        return counters.noAgent;
    case How::IDLE:
        return counters.idleTimeouts;
    case How::HALF_CLOSED:
        return counters.halfClosedTimeouts;
    case How::VANISHED:
        return counters.vanished;
    case How::CUT:
        return counters.cut;
    case How::NO_DESCRIPTOR:
        return counters.noDescriptor;
    case How::NO_MEMORY:
        return counters.noMemory;
    case How::BAD_HEADER:
        break;
    }
    return counters.badGreetings;
}

void
EndReporter::Refuse(LogLimiter& limiter, Instant now, const std::string& why)
{
    if (const auto silenced = limiter.Allow(now))
    {
        spdlog::error("{}; client reset{}", why, Silenced(*silenced));
    }
}

void
EndReporter::Say(const Connection& connection,
                 const ConnectionEnd& end,
                 const RelaySettings& settings)
{
    switch (end.how)
    {
    case How::NO_AGENT:
    {
        const bool isByTotal = !connection.HasWaited() && settings.rules.queue > Duration(0);
        Refuse(m_shared.noAgentLog,
               end.ended,
               isByTotal ? "no server answered within the queue and the connect timeout"
                         : "no agent to dispatch to within the queue timeout");
        break;
    }
    case How::BAD_HEADER:
    {
        const bool isLate = end.ended - end.begun >= settings.rules.connect;
        Refuse(m_shared.greetingLog,
               end.ended,
               ToString(connection.m_source.ToEndpoint()) +
                   ", a trusted proxy, sent no header of the PROXY protocol" +
                   (isLate ? " within the connect timeout" : ""));
        break;
    }
    case How::NO_MEMORY:
        SayNoMemory(end.ended);
        break;
    case How::IDLE:
    case How::HALF_CLOSED:
        SayReset(end.ended, std::string("nothing moved for --") + ToString(end.how));
        break;
    case How::VANISHED:
    {
        const bool byClient = end.by == Side::CLIENT;
        const auto& peer = byClient ? connection.m_source : connection.m_target.address;
        SayReset(end.ended,
                 std::string(ToString(*end.by)) + " " + ToString(peer.ToEndpoint()) +
                     " has acknowledged nothing for --ack-timeout");
        break;
    }
    default:
        break;
    }
}

void
EndReporter::SayReset(Instant now, const std::string& why)
{
    if (const auto silenced = m_shared.timeoutLog.Allow(now))
    {
        spdlog::info("connection reset: {}{}", why, Silenced(*silenced));
    }
}

void
EndReporter::SayNoMemory(Instant now)
{
    if (const auto silenced = m_shared.memoryLog.Allow(now))
    {
        spdlog::error("no memory: a connection was reset{}", Silenced(*silenced));
    }
}

void
EndReporter::Log(const Connection& connection, const ConnectionEnd& end, ConnectionLog& log)
{
    ConnectionRecord record;
    record.client = connection.m_source;
    if (end.stood)
    {
        record.agent = connection.m_target.id;
        record.server = connection.m_target.address;
        record.connect = *end.stood - end.begun;
    }
    record.up = connection.From(Side::CLIENT).bytes;
    record.down = connection.From(Side::SERVER).bytes;
    record.total = end.ended - end.begun;
    record.retries = end.retries;
    record.how = ToString(end.how);
    record.by = ToStringOfDoer(end);
    log.Write(std::move(record));
}

} // namespace sonda

#include "realnet/balancer/monitor-service.h"
#include "realnet/common/clock.h"

#include <asio/post.hpp>

/** The part of MonitorService that asks. */
namespace sonda
{

void
MonitorService::Probe()
{
    // First, so that a round that cannot be made, for want of memory, is not the last one.
    m_probeTimer.expires_after(m_interval);
    m_probeTimer.async_wait(
        [this](const asio::error_code& error)
        {
            if (!error)
            {
                Probe();
            }
        });
    for (const auto& link : m_links)
    {
        ProbeBy(*link);
    }
}

/** Asks everybody behind one interface. */
void
MonitorService::ProbeBy(MonitorLink& link)
{
    if (!link.port)
    {
        ++m_sendErrors; // the log has told why
        return;
    }
    link.Refresh(Now());
    // After that: what it costs is no part of the RTT.
    const std::string request = link.monitor.Probe(Now(), link.interface.address, m_nonces);
    Send(link, request, m_group, m_groupPort);
}

void
MonitorService::Send(MonitorLink& link,
                     const std::string& request,
                     const std::string& address,
                     std::uint16_t port)
{
    if (const auto error = link.port->Socket().Send(request, address, port))
    {
        ++m_sendErrors;
        if (const auto silenced = m_sendLog.Allow(Now()))
        {
            spdlog::warn("probe request not sent by {}: {}{}",
                         link.interface.name,
                         error->message,
                         Silenced(*silenced));
        }
    }
}

/** In rows, so that the thread's other work gets its turn. */
void
MonitorService::SendWanted()
{
    for (int sent = 0; sent < DatagramPort::DATAGRAMS_PER_TURN; ++sent)
    {
        if (m_nextWanted == m_wanted.size())
        {
            m_balancer.TakeWantedProbes(m_wanted);
            m_nextWanted = 0;
        }
        if (m_wanted.empty())
        {
            return; // whoever wants the next one wakes this again
        }
        ProbeAgent(m_wanted[m_nextWanted++]);
    }
    asio::post(m_io, [this] { SendWanted(); });
}

void
MonitorService::ProbeAgent(AgentIndex agent)
{
    const Place& place = m_places[agent];
    if (place.link != nullptr && place.link->port)
    {
        MonitorLink& link = *place.link;
        const std::string request = link.monitor.ProbeAgent(Now(),
                                                            link.interface.address,
                                                            m_nonces,
                                                            place.hasIdentity ? place.id : "");
        Send(link, request, place.address, place.port);
    }
}

/** An answer in the base form would count for the last round, with a wrong RTT. */
void
MonitorService::RetryLater(AgentIndex agent)
{
    const Place& place = m_places[agent];
    if (place.link != nullptr && !place.isBaseForm && m_retries.Add(agent, Now()))
    {
        WaitForRetry();
    }
}

void
MonitorService::WaitForRetry()
{
    const auto due = m_retries.NextDue();
    if (!due)
    {
        return;
    }
    m_retryTimer.expires_after(*due - Now());
    m_retryTimer.async_wait(
        [this](const asio::error_code& error)
        {
            if (!error)
            {
                SendRetries();
            }
        });
}

void
MonitorService::SendRetries()
{
    while (const auto retry = m_retries.Take(Now()))
    {
        if (m_places[retry->agent].heard < retry->since)
        {
            ++m_retriesSent;
            ProbeAgent(retry->agent);
        }
    }
    WaitForRetry();
}

} // namespace sonda

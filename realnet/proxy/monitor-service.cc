#include "realnet/proxy/monitor-service.h"

#include "realnet/common/clock.h"
#include "realnet/common/counters-json.h"

#include <nlohmann/json.hpp>

namespace sonda
{

namespace
{

const char*
Word(const AgentEvent& event)
{
    if (event.state)
    {
        return ToString(*event.state);
    }
    if (!event.from)
    {
        return "joined";
    }
    return event.to == Freshness::FRESH ? "back" : ToString(event.to);
}

} // namespace

MonitorService::MonitorService(asio::io_context& io, Parts parts, SharedBalancer& balancer)
    : m_probeTimer(io),
      m_expiryTimer(io),
      m_monitor(parts.options, std::move(parts.keyring)),
      m_port(io, std::move(parts.socket)),
      m_source(std::move(parts.source)),
      m_group(std::move(parts.group)),
      m_groupPort(parts.port),
      m_balancer(balancer)
{
}

void
MonitorService::Start()
{
    m_port.Start([this](const Datagram& datagram) { Take(datagram); },
                 [this] { OnTableChanged(); });
    Probe();
}

void
MonitorService::Reconfigure(MonitorOptions options, std::optional<Keyring> keyring)
{
    m_monitor.Reconfigure(options, std::move(keyring));
    WaitForExpiry();
    Probe();
}

void
MonitorService::OnTableChanged()
{
    LogEvents();
    WaitForExpiry();
}

void
MonitorService::Probe()
{
    const std::string request = m_monitor.Probe(Now(), m_source, m_nonces);
    if (const auto error = m_port.Socket().Send(request, m_group, m_groupPort))
    {
        ++m_sendErrors;
        if (const auto silenced = m_sendLog.Allow(Now()))
        {
            spdlog::warn("probe request not sent: {}{}", error->message, Silenced(*silenced));
        }
    }
    m_probeTimer.expires_after(m_monitor.NextProbe() - Now());
    m_probeTimer.async_wait(
        [this](const asio::error_code& error)
        {
            if (!error)
            {
                Probe();
            }
        });
}

void
MonitorService::Take(const Datagram& datagram)
{
    const auto observation =
        m_monitor.OnDatagram(datagram.bytes, datagram.address, datagram.arrival);
    if (!observation)
    {
        m_port.LogRefusal(observation.GetError(), datagram);
        return;
    }
    if (const auto agent = m_balancer.Update(*observation); !agent)
    {
        m_monitor.CountRefusal(agent.GetError().reason);
        m_port.LogRefusal(agent.GetError(), datagram);
        return;
    }
    spdlog::debug("agent {}: RTT {:.0f} us, {:.1f} % CPU unused, {:.0f} bytes of RAM free",
                  observation->id,
                  ToSeconds(observation->Rtt()) * 1e6,
                  observation->report.cpu,
                  observation->report.ram);
}

void
MonitorService::WaitForExpiry()
{
    const auto next = m_balancer.NextExpiry();
    if (!next)
    {
        return;
    }
    m_expiryTimer.expires_after(*next - Now());
    m_expiryTimer.async_wait(
        [this](const asio::error_code& error)
        {
            if (!error)
            {
                m_balancer.Advance();
                LogEvents();
                WaitForExpiry();
            }
        });
}

void
MonitorService::LogEvents()
{
    for (const AgentEvent& event : m_balancer.TakeEvents())
    {
        const bool bad = event.to == Freshness::DEAD || event.to == Freshness::REMOVED;
        spdlog::log(bad ? spdlog::level::warn : spdlog::level::info,
                    "agent {} at {}: {}",
                    Printable(event.id),
                    ToString(event.server),
                    Word(event));
    }
}

nlohmann::ordered_json
MonitorService::CountersToJson() const
{
    return {{"probes_sent", m_monitor.ProbesSent()},
            {"probe_send_errors", m_sendErrors},
            {"responses_accepted", m_monitor.ResponsesAccepted()},
            {"datagrams_dropped", m_port.Socket().Dropped()},
            {"refusals", sonda::ToJson(m_monitor.Refusals())}};
}

nlohmann::ordered_json
MonitorService::ToJson() const
{
    nlohmann::ordered_json result = CountersToJson();
    result["agents"] = m_balancer.AgentsToJson();
    return result;
}

} // namespace sonda

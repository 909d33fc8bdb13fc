#include "realnet/proxy/monitor-service.h"

#include "realnet/common/clock.h"
#include "realnet/common/counters-json.h"

#include <nlohmann/json.hpp>

namespace sonda
{

namespace
{

/** Responses taken in a row before timers get their turn, so that a flood delays no probe. */
constexpr int RESPONSES_PER_TURN = 256;

const char*
Word(const AgentEvent& event)
{
    if (!event.from)
    {
        return "joined";
    }
    return event.to == Freshness::FRESH ? "back" : ToString(event.to);
}

} // namespace

MonitorService::MonitorService(asio::io_context& io, Parts parts, SharedBalancer& balancer)
    : m_readable(io, parts.socket.Handle()),
      m_probeTimer(io),
      m_expiryTimer(io),
      m_monitor(parts.options, std::move(parts.keyring)),
      m_socket(std::move(parts.socket)),
      m_source(std::move(parts.source)),
      m_group(std::move(parts.group)),
      m_port(parts.port),
      m_balancer(balancer)
{
}

MonitorService::~MonitorService()
{
    m_readable.release();
}

void
MonitorService::Start()
{
    WaitForResponse();
    Probe();
}

void
MonitorService::Probe()
{
    const std::string request = m_monitor.Probe(Now(), m_source, m_nonces);
    if (const auto error = m_socket.Send(request, m_group, m_port))
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
MonitorService::WaitForResponse()
{
    m_readable.async_wait(asio::posix::stream_descriptor::wait_read,
                          [this](const asio::error_code& error)
                          {
                              if (!error)
                              {
                                  TakeResponses();
                                  WaitForResponse();
                              }
                          });
}

void
MonitorService::TakeResponses()
{
    for (int taken = 0; taken < RESPONSES_PER_TURN; ++taken)
    {
        const auto datagram = m_socket.Receive();
        if (!datagram)
        {
            break;
        }
        Take(*datagram);
    }
    LogEvents();
    WaitForExpiry();
}

void
MonitorService::Take(const Datagram& datagram)
{
    const auto observation =
        m_monitor.OnDatagram(datagram.bytes, datagram.address, datagram.arrival);
    if (!observation)
    {
        LogRefusal(observation.GetError(), datagram);
        return;
    }
    if (const auto agent = m_balancer.Update(*observation); !agent)
    {
        m_monitor.CountRefusal(agent.GetError().reason);
        LogRefusal(agent.GetError(), datagram);
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

void
MonitorService::LogRefusal(const Refusal& refusal, const Datagram& datagram)
{
    auto& limiter = m_refusalLog[static_cast<std::size_t>(refusal.reason)];
    if (const auto silenced = limiter.Allow(Now()))
    {
        spdlog::warn("datagram of {}:{} refused: {}{}{}{}",
                     datagram.address,
                     datagram.port,
                     ToString(refusal.reason),
                     refusal.detail.empty() ? "" : ": ",
                     Printable(refusal.detail),
                     Silenced(*silenced));
    }
}

nlohmann::ordered_json
MonitorService::ToJson() const
{
    return {{"probes_sent", m_monitor.ProbesSent()},
            {"probe_send_errors", m_sendErrors},
            {"responses_accepted", m_monitor.ResponsesAccepted()},
            {"datagrams_dropped", m_socket.Dropped()},
            {"refusals", sonda::ToJson(m_monitor.Refusals())},
            {"agents", m_balancer.AgentsToJson()}};
}

} // namespace sonda

#include "realnet/proxy/monitor-service.h"

#include "realnet/common/clock.h"
#include "realnet/common/counters-json.h"

#include <asio/post.hpp>
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
    : m_io(io),
      m_probeTimer(io),
      m_expiryTimer(io),
      m_group(std::move(parts.group)),
      m_groupPort(parts.port),
      m_balancer(balancer)
{
    for (MonitorLink::Parts& link : parts.links)
    {
        m_links.push_back(
            std::make_unique<MonitorLink>(io, std::move(link), parts.options, parts.keyring));
    }
    // Here, as workers may dispatch before Start().
    m_balancer.SetWake([this] { asio::post(m_io, [this] { SendWanted(); }); });
}

void
MonitorService::Start()
{
    for (const auto& link : m_links)
    {
        link->port.Start([this, &link = *link](const Datagram& datagram) { Take(link, datagram); },
                         [this] { OnTableChanged(); });
    }
    Probe();
}

void
MonitorService::Reconfigure(const MonitorOptions& options, const std::optional<Keyring>& keyring)
{
    for (const auto& link : m_links)
    {
        link->monitor.Reconfigure(options, keyring);
    }
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
    const Instant now = Now();
    for (const auto& link : m_links)
    {
        const std::string request = link->monitor.Probe(now, link->interface.address, m_nonces);
        Send(*link, request, m_group, m_groupPort);
    }
    m_probeTimer.expires_after(m_links.front()->monitor.NextProbe() - Now());
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
MonitorService::Send(MonitorLink& link,
                     const std::string& request,
                     const std::string& address,
                     std::uint16_t port)
{
    if (const auto error = link.port.Socket().Send(request, address, port))
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
    if (place.link != nullptr)
    {
        MonitorLink& link = *place.link;
        const std::string request =
            link.monitor.ProbeAgent(Now(), link.interface.address, m_nonces);
        Send(link, request, place.address, place.port);
    }
}

void
MonitorService::Take(MonitorLink& link, const Datagram& datagram)
{
    const auto observation =
        link.monitor.OnDatagram(datagram.bytes, datagram.address, datagram.arrival);
    if (!observation)
    {
        link.port.LogRefusal(observation.GetError(), datagram);
        return;
    }
    const auto agent = m_balancer.Update(*observation);
    if (!agent)
    {
        link.monitor.CountRefusal(agent.GetError().reason);
        link.port.LogRefusal(agent.GetError(), datagram);
        return;
    }
    NotePlace(*agent, observation->id, link, datagram);
    spdlog::debug("agent {}: RTT {:.0f} us, {:.1f} % CPU unused, {:.0f} bytes of RAM free",
                  observation->id,
                  ToSeconds(observation->Rtt()) * 1e6,
                  observation->report.cpu,
                  observation->report.ram);
}

void
MonitorService::NotePlace(AgentIndex agent,
                          const std::string& id,
                          MonitorLink& link,
                          const Datagram& datagram)
{
    Place& place = m_places[agent];
    place.id = id;
    place.link = &link;
    place.address = datagram.address;
    place.port = datagram.port;
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
        // An agent that has the index by now has its own identity there.
        if (event.to == Freshness::REMOVED && m_places[event.agent].id == event.id)
        {
            m_places.Reset(event.agent);
        }
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
    std::uint64_t probes = 0;
    std::uint64_t singleProbes = 0;
    std::uint64_t responses = 0;
    std::uint64_t notices = 0;
    std::uint64_t dropped = 0;
    RefusalCounters refusals;
    for (const auto& link : m_links)
    {
        probes += link->monitor.ProbesSent();
        singleProbes += link->monitor.SingleProbesSent();
        responses += link->monitor.ResponsesAccepted();
        notices += link->monitor.NoticesAccepted();
        dropped += link->port.Socket().Dropped();
        refusals.Add(link->monitor.Refusals());
    }
    return {{"probes_sent", probes},
            {"single_probes_sent", singleProbes},
            {"single_probes_given_up", m_balancer.WantedProbesLost()},
            {"probe_send_errors", m_sendErrors},
            {"responses_accepted", responses},
            {"notices_accepted", notices},
            {"datagrams_dropped", dropped},
            {"refusals", sonda::ToJson(refusals)}};
}

nlohmann::ordered_json
MonitorService::ToJson() const
{
    nlohmann::ordered_json result = CountersToJson();
    result["agents"] = m_balancer.AgentsToJson();
    return result;
}

} // namespace sonda

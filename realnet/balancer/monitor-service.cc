#include "realnet/balancer/monitor-service.h"

#include "realnet/common/clock.h"
#include "realnet/common/counters-json.h"

#include <asio/post.hpp>
#include <nlohmann/json.hpp>

namespace sonda
{

namespace
{

/** What workers have seen is logged at the latest after this. */
constexpr Duration TICK = std::chrono::seconds(1);

/** \return names of what the operator should know of the whole table. */
nlohmann::ordered_json
StateWords(const SharedBalancer::Standing& standing)
{
    auto words = nlohmann::ordered_json::array();
    const std::pair<const char*, bool> all[] = {{"panic", standing.panic},
                                                {"full", standing.full},
                                                {"floor", standing.floor}};
    for (const auto& [word, isSo] : all)
    {
        if (isSo)
        {
            words.push_back(word);
        }
    }
    return words;
}

} // namespace

MonitorService::MonitorService(asio::io_context& io, Parts parts, SharedBalancer& balancer)
    : m_io(io),
      m_probeTimer(io),
      m_expiryTimer(io),
      m_tickTimer(io),
      m_retryTimer(io),
      m_follower(io, std::move(parts.interfaces)),
      m_interval(parts.options.interval),
      m_group(std::move(parts.group)),
      m_groupPort(parts.port),
      m_balancer(balancer)
{
    for (std::size_t i = 0; i < m_follower.Slots().Size(); ++i)
    {
        m_links.push_back(std::make_unique<MonitorLink>(parts.options, parts.keyring));
        m_links.back()->monitor.SetGate([this](const Observation& observation)
                                        { return m_balancer.ObjectionTo(observation); });
    }
    m_retries.SetInterval(parts.options.interval);
    // Here, as workers may dispatch before Start().
    m_balancer.SetWake([this] { asio::post(m_io, [this] { SendWanted(); }); });
}

void
MonitorService::Start()
{
    for (std::size_t i = 0; i < m_links.size(); ++i)
    {
        if (m_links[i]->port)
        {
            Listen(*m_links[i]);
        }
        else
        {
            LogChange(i, std::nullopt);
        }
    }
    Probe();
    WaitForTick();
    m_follower.Start([this](std::size_t slot, const auto& before)
                     { return OnChange(slot, before); },
                     [] { return true; });
}

void
MonitorService::Reconfigure(const MonitorOptions& options, const std::optional<Keyring>& keyring)
{
    m_interval = options.interval;
    for (const auto& link : m_links)
    {
        link->monitor.Reconfigure(options, keyring);
    }
    m_retries.SetInterval(options.interval);
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
MonitorService::Take(MonitorLink& link, const Datagram& datagram)
{
    const auto observation =
        link.monitor.OnDatagram(datagram.bytes, link.SenderOf(datagram), datagram.arrival);
    if (!observation)
    {
        link.port->LogRefusal(observation.GetError(), datagram);
        return;
    }
    const auto agent = m_balancer.Update(*observation);
    if (!agent)
    {
        link.monitor.CountRefusal(agent.GetError().reason);
        link.port->LogRefusal(agent.GetError(), datagram);
        return;
    }
    NotePlace(*agent, *observation, link, datagram);
    spdlog::debug("agent {}: RTT {:.0f} us, {:.1f} % CPU unused, {:.0f} bytes of RAM free",
                  observation->id,
                  ToSeconds(observation->Rtt()) * 1e6,
                  observation->report.cpu,
                  observation->report.ram);
}

void
MonitorService::NotePlace(AgentIndex agent,
                          const Observation& observation,
                          MonitorLink& link,
                          const Datagram& datagram)
{
    Place& place = m_places[agent];
    place.id = observation.id;
    place.hasIdentity = observation.id != ToString(observation.server);
    place.isBaseForm = !observation.holdKnown;
    place.heard = datagram.arrival;
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
    const Instant now = Now();
    for (const AgentEvent& event : m_balancer.TakeEvents())
    {
        const bool isReplaced = event.notice && event.notice->kind == TableNotice::Kind::REPLACED;
        // An agent that has the index by now has its own identity there.
        const bool isGone = event.to == Freshness::REMOVED && m_places[event.agent].id == event.id;
        // A server without agent answers no request.
        if (isGone || (isReplaced && event.origin == Origin::STATIC))
        {
            m_places.Reset(event.agent);
        }
        if (event.to == Freshness::STALE && !event.state && !event.notice)
        {
            RetryLater(event.agent);
        }
        m_agentLog.Take(event, now);
    }
}

void
MonitorService::WaitForTick()
{
    m_tickTimer.expires_after(TICK);
    m_tickTimer.async_wait(
        [this](const asio::error_code& error)
        {
            if (error)
            {
                return;
            }
            LogEvents();
            const auto standing = m_balancer.GetStanding();
            m_agentLog.TakeFull(standing.counters.timesFull, standing.full, Now());
            m_agentLog.Tick(Now());
            WaitForTick();
        });
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
    const auto standing = m_balancer.GetStanding();
    for (const auto& link : m_links)
    {
        probes += link->monitor.ProbesSent();
        singleProbes += link->monitor.SingleProbesSent();
        responses += link->monitor.ResponsesAccepted();
        notices += link->monitor.NoticesAccepted();
        dropped += link->Dropped();
        refusals.Add(link->monitor.Refusals());
    }
    return {{"probes_sent", probes},
            {"single_probes_sent", singleProbes - m_retriesSent},
            {"stale_retries_sent", m_retriesSent},
            {"single_probes_given_up", m_balancer.WantedProbesLost()},
            {"probe_send_errors", m_sendErrors},
            {"responses_accepted", responses},
            {"notices_accepted", notices},
            {"datagrams_dropped", dropped},
            {"agents_lost", standing.counters.lost},
            {"agents_left", standing.counters.left},
            {"panics", standing.counters.panics},
            {"times_full", standing.counters.timesFull},
            {"rests", standing.counters.rests},
            {"rests_by_clients", standing.counters.clientRests},
            {"states", StateWords(standing)},
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

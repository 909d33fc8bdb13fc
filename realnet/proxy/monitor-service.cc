#include "realnet/proxy/monitor-service.h"

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

std::optional<Error>
MonitorService::Open()
{
    for (std::size_t i = 0; i < m_links.size(); ++i)
    {
        if (auto error = OpenLink(i))
        {
            return error;
        }
    }
    return std::nullopt;
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
MonitorService::Listen(MonitorLink& link)
{
    link.port->Start([this, &link](const Datagram& datagram) { Take(link, datagram); },
                     [this] { OnTableChanged(); });
}

/** Makes the socket of one interface anew, where that is there. */
std::optional<Error>
MonitorService::OpenLink(std::size_t slot)
{
    MonitorLink& link = *m_links[slot];
    link.droppedBefore = link.Dropped();
    link.port.reset();
    const auto& interface = m_follower.Slots().Get(slot).interface;
    if (!interface)
    {
        return std::nullopt;
    }
    Expected<UdpSocket> socket = UdpSocket::Open(interface->address, *interface);
    if (!socket)
    {
        return Error{"interface " + interface->name + ": " + socket.GetError().message};
    }
    link.interface = *interface;
    link.refreshed.reset();
    link.port = std::make_unique<DatagramPort>(m_io, std::move(*socket));
    return std::nullopt;
}

/** Something has happened to an interface: what is open on it is opened anew, and asks at once. */
bool
MonitorService::OnChange(std::size_t slot, const std::optional<Interface>& before)
{
    const auto error = OpenLink(slot);
    if (!error)
    {
        LogChange(slot, before);
    }
    else if (const auto silenced = m_openLog.Allow(Now()))
    {
        spdlog::error("no probes by {}; trying again{}", error->message, Silenced(*silenced));
    }
    if (MonitorLink& link = *m_links[slot]; link.port)
    {
        Listen(link);
        ProbeBy(link);
        ProbeKnown(link);
    }
    return !error;
}

/**
 * Asks each agent that was heard by an interface for itself. Behind an interface made anew this
 * proxy has another hardware address: agents would answer to the old one for a minute, as a request
 * to the group teaches them nothing. Before one to themselves the kernel asks (ARP, neighbour
 * discovery) and thereby tells.
 */
void
MonitorService::ProbeKnown(const MonitorLink& link)
{
    for (AgentIndex agent = 0; agent < m_places.Size(); ++agent)
    {
        if (m_places[agent].link == &link)
        {
            m_wanted.push_back(agent);
        }
    }
    SendWanted();
}

void
MonitorService::LogChange(std::size_t slot, const std::optional<Interface>& before)
{
    const InterfaceSlot& now = m_follower.Slots().Get(slot);
    if (now.interface)
    {
        spdlog::info("interface {}: probes leave by it{}",
                     ToString({*now.interface}),
                     before ? " anew" : " from now on");
        return;
    }
    const std::string wanted = now.wanted.empty() ? "the default interface" : now.wanted;
    spdlog::warn("probe request not sent by {}: {}; probes leave by it as soon as it is there",
                 before ? before->name : wanted,
                 now.why);
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

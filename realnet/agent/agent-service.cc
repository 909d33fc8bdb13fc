#include "realnet/agent/agent-service.h"

#include "realnet/agent/listeners.h"
#include "realnet/common/clock.h"
#include "realnet/common/counters-json.h"
#include "realnet/common/service-manager.h"
#include "realnet/common/startup-memory.h"

#include <nlohmann/json.hpp>

namespace sonda
{

namespace
{

/** Datagrams are lost one by one or in a burst of a few milliseconds. */
constexpr int ANNOUNCEMENTS = 3;
constexpr Duration ANNOUNCEMENT_PERIOD = std::chrono::milliseconds(100);

} // namespace

Expected<Report>
CurrentReport(LoadSampler& sampler,
              std::optional<std::uint32_t> connections,
              const AgentCommand& command,
              Instant now)
{
    Expected<Report> report = sampler.Figures(now);
    if (report)
    {
        report->inFlight = connections;
        report->weight = command.weight;
        report->state = command.state;
    }
    return report;
}

Expected<Report>
AgentService::MakeReport(Instant now)
{
    Expected<Report> report =
        CurrentReport(m_sampler, m_connections.Count(now), m_reading->command, now);
    if (m_sampler.LastSample() != m_lastSample)
    {
        m_lastSample = m_sampler.LastSample();
        WaitForSample(); // from then on
    }
    if (report && m_ending && report->state == ServerState::READY)
    {
        report->state = ServerState::DRAIN;
    }
    return report;
}

AgentService::AgentService(Parts parts,
                           const SystemFiles& files,
                           LoadSampler& sampler,
                           ServerGroup& serverGroup)
    : m_sampleTimer(m_io),
      m_replyTimer(m_io),
      m_announceTimer(m_io),
      m_signals(m_io,
                {[this] { LogCounters(); },
                 [this] { Reload(); },
                 [this](int signal) { End(signal); },
                 [this](int) { m_io.stop(); }}),
      m_watchdog(m_io, [] { return true; }), // there is but this thread
      m_reloads(m_io, std::move(parts.reloads), [this] { return Reload(); }),
      m_line(std::move(parts.line)),
      m_atStart(parts.configuration.reading),
      m_reading(parts.configuration.reading),
      m_agent(std::move(parts.configuration.options), std::move(parts.configuration.keyring)),
      m_sockets(m_io,
                {m_reading->command.network, m_reading->command.serve, m_agent.IsSigned()},
                std::move(parts.configuration.interfaces)),
      m_connections(m_io,
                    files,
                    m_agent.GetOptions().server,
                    m_reading->command.countPeriod,
                    [this](std::uint32_t before, std::uint32_t after) { TellFall(before, after); }),
      m_sampler(sampler),
      m_group(serverGroup),
      m_random(parts.seed)
{
}

void
AgentService::Run()
{
    m_sockets.Start({[this](DatagramPort& port, const Datagram& datagram)
                     { Answer(port, datagram); },
                     [this]
                     {
                         SendReplies();
                         m_connections.Watch(m_agent.WantsFalls(Now()));
                     },
                     [this] { LeaveAddress(); },
                     [this](const std::string& address) { TakeAddress(address); }});
    WaitForSample();
    m_signals.Start();
    m_watchdog.Start();
    m_reloads.Start();
    NotifyManager("READY=1");
    LetGoOfStartupCode(SystemFiles());
    m_io.run();
    LogCounters();
}

/** Tells the proxies that nothing is to be had at the advertised address any more. */
void
AgentService::LeaveAddress()
{
    auto report = MakeReport(Now());
    for (int i = 0; report && i < ANNOUNCEMENTS; ++i)
    {
        report->state = ServerState::DOWN;
        for (const Reply& notice : m_agent.Announce(Now(), *report))
        {
            Send(notice);
        }
    }
}

/** Advertises another address. The identity stays, so that proxies see one server that moved. */
void
AgentService::TakeAddress(const std::string& address)
{
    const Endpoint before = m_agent.GetOptions().server;
    const Endpoint server{address, before.port};
    std::string id = m_agent.GetOptions().id;
    if (id.empty())
    {
        const auto derived = DeriveId(server);
        if (!derived)
        {
            spdlog::error("no identity: {}", derived.GetError().message);
            return;
        }
        id = *derived;
    }
    spdlog::warn("agent {} is for {} from now on{}",
                 id,
                 ToString(server),
                 before.address.empty() ? "" : "; it was for " + ToString(before));
    m_agent.Move(std::move(id), server);
    m_connections.SetServer(server);
    m_group.SetServer(server, [server] { return FindListeners(server); });
}

void
AgentService::End(int signal)
{
    spdlog::info("signal {}: announcing drain and ending", signal);
    NotifyManager("STOPPING=1");
    m_ending = true;
    Announce(ANNOUNCEMENTS);
}

/** Tells the proxies, \p times times, that there shall be no more connections. */
void
AgentService::Announce(int times)
{
    const Instant now = Now();
    const auto report = MakeReport(now);
    const bool isDue = report && report->state != ServerState::READY;
    for (const Reply& notice : isDue ? m_agent.Announce(now, *report) : std::vector<Reply>{})
    {
        Send(notice);
    }
    if (times == 1)
    {
        if (m_ending)
        {
            m_io.stop();
        }
        return;
    }
    m_announceTimer.expires_after(ANNOUNCEMENT_PERIOD);
    m_announceTimer.async_wait(
        [this, times](const asio::error_code& error)
        {
            if (!error)
            {
                Announce(times - 1);
            }
        });
}

Problems
AgentService::Reload()
{
    NotifyReloading(Now());
    Problems problems = TryReload();
    NotifyManager(DescribeReload(problems));
    return problems;
}

Problems
AgentService::TryReload()
{
    auto next = ConfigureAgent(m_line);
    if (!next)
    {
        LogRefusedReload(next.GetError());
        return next.GetError();
    }
    const auto keyOf = next->keyring ? next->keyring->AgentId() : std::nullopt;
    if (keyOf && *keyOf != m_agent.GetOptions().id)
    {
        const Problems problems{{next->reading->table.Get("key-file").Where(),
                                 "has the keys of agent " + *keyOf + ", and this is " +
                                     m_agent.GetOptions().id + " until it is started anew"}};
        LogRefusedReload(problems);
        return problems;
    }
    LogNeedRestart(m_atStart->table, next->reading->table);
    m_reading = next->reading;
    SetVerbose(m_reading->command.verbose);
    m_agent.Reconfigure(m_reading->command.window, std::move(next->keyring));
    m_sockets.SetSigned(m_agent.IsSigned());
    m_connections.SetPeriod(m_reading->command.countPeriod);
    m_group.SetWish(m_reading->command.cgroup);
    if (!m_ending)
    {
        Announce(ANNOUNCEMENTS);
    }
    spdlog::info("reloaded");
    return {};
}

void
AgentService::WaitForSample()
{
    m_sampleTimer.expires_after(LoadSampler::SAMPLE_PERIOD);
    m_sampleTimer.async_wait(
        [this](const asio::error_code& error)
        {
            if (error)
            {
                return;
            }
            const Instant now = Now();
            const auto fault = m_sampler.IsDue(now) ? m_sampler.Sample(now) : std::nullopt;
            const std::string text = fault ? fault->message : "";
            if (!text.empty() && text != m_sampleFault)
            {
                spdlog::error("{}", text);
            }
            m_sampleFault = text;
            m_lastSample = m_sampler.LastSample();
            WaitForSample();
        });
}

} // namespace sonda

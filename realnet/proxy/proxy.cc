#include "realnet/proxy/proxy.h"

#include "realnet/common/clock.h"
#include "realnet/common/service-manager.h"

#include <csignal>
#include <new>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

namespace sonda
{

namespace
{

std::vector<int>
Sockets(const std::vector<Listener>& listeners)
{
    std::vector<int> sockets;
    sockets.reserve(listeners.size());
    for (const Listener& listener : listeners)
    {
        sockets.push_back(listener.socket.Get());
    }
    return sockets;
}

/** \return how many clients wait in the kernel. */
std::size_t
Waiting(const std::vector<Listener>& listeners)
{
    std::size_t waiting = 0;
    for (const Listener& listener : listeners)
    {
        waiting += WaitingClients(listener.socket.Get());
    }
    return waiting;
}

} // namespace

Proxy::Proxy(Parts parts, SharedBalancer& balancer)
    : m_signals(m_io,
                {[this] { LogCounters(); },
                 [this] { Reload(); },
                 [this](int signal) { Drain(signal); },
                 [this](int signal) { EndNow(signal); }}),
      m_drainTimer(m_io),
      m_watchdog(m_io, [this] { return m_workers.AreAlive(); }),
      m_reloads(m_io, std::move(parts.reloads), [this] { return Reload(); }),
      m_listeners(std::move(parts.listeners)),
      m_line(std::move(parts.line)),
      m_atStart(parts.configuration.reading),
      m_configuration(std::move(parts.configuration)),
      m_log(m_logCloser.Share(std::move(m_configuration.log))),
      m_balancer(balancer),
      m_shared{balancer,
               m_counters,
               Sockets(m_listeners),
               SharedSettings(MakeRelaySettings(m_configuration.Command(), m_log)),
               MakeOwn(m_listeners, parts.admin),
               m_configuration.budget.pipesPerWorker,
               m_configuration.budget.connections},
      m_monitor(m_io, std::move(parts.monitor), balancer),
      m_healthChecks(m_io, balancer, [this] { m_monitor.OnTableChanged(); }),
      m_companions(std::move(parts.companions)),
      m_losses(m_files),
      m_workers(m_io,
                m_shared,
                m_atStart->command.workers,
                m_atStart->command.scheduling,
                [this] { m_io.stop(); })
{
    m_balancer.SetGuard([this](const Endpoint& server) { return m_shared.own.Objection(server); });
}

OwnAddresses
Proxy::MakeOwn(const std::vector<Listener>& listeners, const std::optional<OwnListener>& admin)
{
    std::vector<OwnListener> own;
    for (const Listener& listener : listeners)
    {
        own.push_back(OwnListenerOf(listener.socket.Get()));
    }
    if (admin)
    {
        own.push_back(*admin);
    }
    return OwnAddresses(std::move(own));
}

std::vector<OwnListener>
Proxy::Inherited() const
{
    std::vector<OwnListener> inherited;
    for (const Listener& listener : m_listeners)
    {
        if (listener.inherited)
        {
            inherited.push_back(OwnListenerOf(listener.socket.Get()));
        }
    }
    return inherited;
}

int
Proxy::Run(const std::string& start)
{
    StartWorkers();
    spdlog::info(start);
    m_monitor.Start();
    m_healthChecks.Configure(MakeHealthSettings(m_configuration.Command()));
    m_signals.Start();
    m_watchdog.Start();
    m_reloads.Start();
    NotifyManager("READY=1");
    WorkOn();
    m_workers.Join();
    for (Companion* companion : m_companions)
    {
        companion->Stop();
    }
    LogCounters();
    return m_exitCode;
}

void
Proxy::StartWorkers()
{
    // Signals are the control thread's: a worker inherits the mask of the thread that makes it.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try
    {
        for (Companion* companion : m_companions)
        {
            companion->Start(m_io, [this] { return State(); });
        }
        m_workers.Start();
    }
    catch (const std::exception&)
    {
        // Too few threads: none is left to itself.
        m_workers.Cut();
        m_workers.Join();
        throw;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/** Does the control thread's work. What needs memory that is not there is left undone. */
void
Proxy::WorkOn()
{
    while (true)
    {
        try
        {
            m_io.run();
            return;
        }
        catch (const std::bad_alloc&)
        {
            m_counters.noMemory.Add();
            if (const auto silenced = m_shared.memoryLog.Allow(Now()))
            {
                spdlog::error("no memory: a task of the control thread was left undone{}",
                              Silenced(*silenced));
            }
        }
    }
}

void
Proxy::EndNow(int signal)
{
    spdlog::info("signal {} again: ending at once", signal);
    m_workers.Cut();
}

void
Proxy::Drain(int signal)
{
    const Duration timeout = m_configuration.Command().drainTimeout;
    m_draining = true;
    for (Companion* companion : m_companions)
    {
        companion->OnDrain();
    }
    spdlog::info("signal {}: no more clients; {} connections may end within {:g} s",
                 signal,
                 m_shared.open.load(),
                 ToSeconds(timeout));
    NotifyManager("STOPPING=1\nSTATUS=running connections may end");
    m_workers.Drain();
    for (const Listener& listener : m_listeners)
    {
        // The kernel then refuses new clients instead of keeping them waiting for nobody; those of
        // an inherited socket wait for the next process.
        if (!listener.inherited)
        {
            shutdown(listener.socket.Get(), SHUT_RD);
        }
    }
    m_drainTimer.expires_after(timeout);
    m_drainTimer.async_wait(
        [this](const asio::error_code& error)
        {
            if (!error)
            {
                OnDrainTimeout();
            }
        });
}

void
Proxy::OnDrainTimeout()
{
    spdlog::warn("{} connections did not end in time; resetting them", m_shared.open.load());
    m_exitCode = 2;
    m_workers.Cut();
}

ProxyState
Proxy::State()
{
    const ProxyCommand& command = m_configuration.Command();
    nlohmann::ordered_json counters = CountersToJson();
    counters.update(m_monitor.CountersToJson());
    return {std::move(counters),
            m_shared.open.load(),
            Waiting(m_listeners),
            m_draining,
            command.policy,
            command.interval};
}

void
Proxy::LogCounters()
{
    spdlog::info("counters {}", ToJson().dump());
}

std::uint64_t
Proxy::LogLinesDropped() const
{
    return LogLinesLost() + m_droppedByOldLogs + (m_log ? m_log->Dropped() : 0);
}

nlohmann::ordered_json
Proxy::CountersToJson()
{
    nlohmann::ordered_json counters = m_counters.ToJson();
    const BacklogLosses losses = m_losses.Read();
    counters["listen_overflows"] = losses.overflows;
    counters["listen_drops"] = losses.drops;
    counters["log_lines_dropped"] = LogLinesDropped();
    return counters;
}

nlohmann::ordered_json
Proxy::ToJson()
{
    nlohmann::ordered_json counters = CountersToJson();
    counters["open"] = m_shared.open.load();
    counters["backlog"] = Waiting(m_listeners);
    counters.update(m_monitor.ToJson());
    return counters;
}

} // namespace sonda

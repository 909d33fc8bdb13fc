#ifndef SONDA_REALNET_PROXY_PROXY_H
#define SONDA_REALNET_PROXY_PROXY_H

#include "realnet/balancer/companion.h"
#include "realnet/balancer/monitor-service.h"
#include "realnet/common/reload-port.h"
#include "realnet/common/service-signals.h"
#include "realnet/common/watchdog.h"
#include "realnet/proxy/backlog.h"
#include "realnet/proxy/listener.h"
#include "realnet/proxy/proxy-configuration.h"
#include "realnet/proxy/worker-threads.h"
#include "realnet/worker/log-closer.h"

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <memory>
#include <vector>

namespace sonda
{

/**
 * The whole proxy: workers on threads of their own, and the control thread, which is the one that
 * calls Run(): monitor, signals, reloads, and what accompanies the proxy.
 */
class Proxy
{
  public:
    struct Parts
    {
        std::vector<Listener> listeners; //!< at least one
        MonitorService::Parts monitor;
        CommandLine line;                     //!< read again by every reload
        ProxyConfiguration configuration;     //!< its formula and policy are the balancer's already
        Descriptor reloads;                   //!< of OpenReloadSocket()
        std::vector<Companion*> companions{}; //!< must outlive the proxy
        std::optional<OwnListener> admin{};   //!< where the admin listener is
    };

    /** \param balancer must outlive the proxy */
    Proxy(Parts parts, SharedBalancer& balancer);

    /** Opens what can fail still. \return why it does */
    std::optional<Error>
    Open()
    {
        return m_monitor.Open();
    }

    /**
     * Works until signals end it, and until all workers have ended. Throws std::system_error when
     * there are not enough threads to be had.
     * \param start line for the log when clients are served and signals heeded
     * \return the exit code: 0, or 2 when connections were still there at the drain timeout
     */
    int Run(const std::string& start);

  private:
    // proxy.cc: the life of the process
    static OwnAddresses MakeOwn(const std::vector<Listener>& listeners,
                                const std::optional<OwnListener>& admin);
    std::vector<OwnListener> Inherited() const;
    void StartWorkers();
    void WorkOn();
    void Drain(int signal);
    void OnDrainTimeout();
    void EndNow(int signal);
    void LogCounters();
    std::uint64_t LogLinesDropped() const;
    nlohmann::ordered_json CountersToJson();
    nlohmann::ordered_json ToJson();
    ProxyState State();

    // proxy-reload.cc
    Problems Reload();
    Problems TryReload();
    void Apply(ProxyConfiguration next);

    asio::io_context m_io;
    ServiceSignals m_signals;
    asio::steady_timer m_drainTimer;
    Watchdog m_watchdog;
    ReloadPort m_reloads;
    std::vector<Listener> m_listeners;
    CommandLine m_line;
    std::shared_ptr<const ProxyReading> m_atStart; //!< what only a restart changes is in force here
    ProxyConfiguration m_configuration;            //!< in force, without the log
    LogCloser m_logCloser;
    std::shared_ptr<ConnectionLog> m_log; //!< in force; null: none is wanted
    ProxyCounters m_counters;
    SharedBalancer& m_balancer;
    WorkerShared m_shared;
    MonitorService m_monitor;
    HealthChecks m_healthChecks;
    std::vector<Companion*> m_companions;
    SystemFiles m_files;
    BacklogLossMeter m_losses;
    std::uint64_t m_droppedByOldLogs{0}; //!< lines, by those that a reload has replaced
    WorkerThreads m_workers;
    bool m_draining{false};
    int m_exitCode{0};
};

} // namespace sonda

#endif

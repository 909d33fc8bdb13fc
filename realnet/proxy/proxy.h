#ifndef SONDA_REALNET_PROXY_PROXY_H
#define SONDA_REALNET_PROXY_PROXY_H

#include "realnet/proxy/listener.h"
#include "realnet/proxy/monitor-service.h"
#include "realnet/proxy/worker.h"

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <memory>
#include <thread>
#include <vector>

namespace sonda
{

/**
 * The whole proxy: workers on threads of their own, and the control thread, which is the one that
 * calls Run(): monitor and signals.
 */
class Proxy
{
  public:
    struct Parts
    {
        Listener listener;
        MonitorService::Parts monitor;
        RelayTimeouts timeouts;
        DescriptorBudget budget;
        unsigned workers{1};
        Duration drainTimeout{0};
    };

    /** \param balancer must outlive the proxy */
    Proxy(Parts parts, SharedBalancer& balancer);

    /** Works until signals end it, and until all workers have ended. */
    void Run();

  private:
    void StartWorkers();
    void WaitForSignal();
    void BeginDrain();
    void OnWorkerEnded();
    void LogCounters() const;

    asio::io_context m_io;
    asio::signal_set m_signals;
    asio::steady_timer m_drainTimer;
    Listener m_listener;
    Duration m_drainTimeout;
    ProxyCounters m_counters;
    WorkerShared m_shared;
    MonitorService m_monitor;
    std::vector<std::unique_ptr<Worker>> m_workers;
    std::vector<std::thread> m_threads;
    std::size_t m_working{0};
    bool m_draining{false};
};

} // namespace sonda

#endif

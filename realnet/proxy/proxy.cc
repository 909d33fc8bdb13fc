#include "realnet/proxy/proxy.h"

#include <asio/post.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

namespace sonda
{

Proxy::Proxy(Parts parts, SharedBalancer& balancer)
    : m_signals(m_io, SIGINT, SIGTERM, SIGUSR1),
      m_drainTimer(m_io),
      m_listener(std::move(parts.listener)),
      m_drainTimeout(parts.drainTimeout),
      m_shared{balancer, m_counters, m_listener.socket.Get(), parts.timeouts, parts.budget},
      m_monitor(m_io, std::move(parts.monitor), balancer)
{
    for (unsigned i = 0; i < parts.workers; ++i)
    {
        m_workers.push_back(std::make_unique<Worker>(m_shared));
    }
}

void
Proxy::Run()
{
    StartWorkers();
    m_monitor.Start();
    WaitForSignal();
    m_io.run();
    for (std::thread& thread : m_threads)
    {
        thread.join();
    }
    LogCounters();
}

void
Proxy::StartWorkers()
{
    // Signals are the control thread's: a worker inherits the mask of the thread that makes it.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    m_working = m_workers.size();
    for (const auto& worker : m_workers)
    {
        m_threads.emplace_back(
            [this, &worker]
            {
                worker->Run();
                asio::post(m_io, [this] { OnWorkerEnded(); });
            });
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void
Proxy::OnWorkerEnded()
{
    if (--m_working == 0)
    {
        m_io.stop();
    }
}

void
Proxy::WaitForSignal()
{
    m_signals.async_wait(
        [this](const asio::error_code& error, int signal)
        {
            if (error)
            {
                return;
            }
            if (signal == SIGUSR1)
            {
                LogCounters();
            }
            else if (!m_draining)
            {
                spdlog::info("signal {}: no more clients; {} connections may end within {:g} s",
                             signal,
                             m_shared.open.load(),
                             ToSeconds(m_drainTimeout));
                BeginDrain();
            }
            else
            {
                spdlog::info("signal {} again: ending at once", signal);
                for (const auto& worker : m_workers)
                {
                    worker->Cut();
                }
            }
            WaitForSignal();
        });
}

void
Proxy::BeginDrain()
{
    m_draining = true;
    for (const auto& worker : m_workers)
    {
        worker->Drain();
    }
    // From now on the kernel refuses new clients instead of keeping them waiting for nobody.
    shutdown(m_listener.socket.Get(), SHUT_RD);
    m_drainTimer.expires_after(m_drainTimeout);
    m_drainTimer.async_wait(
        [this](const asio::error_code& error)
        {
            if (error)
            {
                return;
            }
            spdlog::warn("{} connections did not end in time; resetting them",
                         m_shared.open.load());
            for (const auto& worker : m_workers)
            {
                worker->Cut();
            }
        });
}

void
Proxy::LogCounters() const
{
    nlohmann::ordered_json counters = m_counters.ToJson();
    counters["open"] = m_shared.open.load();
    counters.update(m_monitor.ToJson());
    spdlog::info("counters {}", counters.dump());
}

} // namespace sonda

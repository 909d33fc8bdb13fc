#ifndef SONDA_REALNET_WORKER_WORKER_SHARED_H
#define SONDA_REALNET_WORKER_WORKER_SHARED_H

#include "realnet/balancer/shared-balancer.h"
#include "realnet/common/log.h"
#include "realnet/worker/counters.h"
#include "realnet/worker/own-addresses.h"
#include "realnet/worker/relay-settings.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace sonda
{

/** The settings in force: the control thread puts them there, workers fetch them. Any thread. */
class SharedSettings
{
  public:
    explicit SharedSettings(RelaySettings settings)
        : m_settings(std::make_shared<const RelaySettings>(std::move(settings)))
    {
    }

    void
    Set(RelaySettings settings)
    {
        auto next = std::make_shared<const RelaySettings>(std::move(settings));
        const std::lock_guard lock(m_mutex);
        m_settings = std::move(next);
    }

    std::shared_ptr<const RelaySettings>
    Get() const
    {
        const std::lock_guard lock(m_mutex);
        return m_settings;
    }

  private:
    mutable std::mutex m_mutex;
    std::shared_ptr<const RelaySettings> m_settings;
};

/** What all workers share. Everything in it may be used by any thread; it outlives the workers. */
struct WorkerShared
{
    SharedBalancer& balancer;
    ProxyCounters& counters;
    std::vector<int> listeners;
    SharedSettings settings;
    OwnAddresses own; //!< never changes while workers run
    std::size_t pipesPerWorker{0};
    std::atomic<std::size_t> mostConnections{0}; //!< of all workers together

    std::atomic<std::size_t> open{0}; //!< connections of all workers

    LogLimiter noAgentLog{};
    LogLimiter connectLog{};
    LogLimiter descriptorLog{};
    LogLimiter timeoutLog{};
    LogLimiter greetingLog{};
    LogLimiter memoryLog{};
};

} // namespace sonda

#endif

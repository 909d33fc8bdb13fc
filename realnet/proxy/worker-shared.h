#ifndef SONDA_REALNET_PROXY_WORKER_SHARED_H
#define SONDA_REALNET_PROXY_WORKER_SHARED_H

#include "model/base/time.h"
#include "realnet/common/log.h"
#include "realnet/proxy/counters.h"
#include "realnet/proxy/descriptor-budget.h"
#include "realnet/proxy/shared-balancer.h"

#include <atomic>

namespace sonda
{

/** How long the relay waits for what. */
struct RelayTimeouts
{
    Duration connect{std::chrono::seconds(3)};
    Duration idle{std::chrono::minutes(10)};
    Duration halfClosed{std::chrono::seconds(30)}; //!< without any byte, one direction ended
};

/** What all workers share. Everything in it may be used by any thread; it outlives the workers. */
struct WorkerShared
{
    SharedBalancer& balancer;
    ProxyCounters& counters;
    int listener{-1};
    RelayTimeouts timeouts;
    DescriptorBudget budget;

    std::atomic<std::size_t> open{0}; //!< connections of all workers

    LogLimiter noAgentLog{};
    LogLimiter connectLog{};
    LogLimiter descriptorLog{};
    LogLimiter timeoutLog{};
};

} // namespace sonda

#endif

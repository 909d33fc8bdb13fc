#ifndef SONDA_REALNET_BALANCER_COMPANION_H
#define SONDA_REALNET_BALANCER_COMPANION_H

#include "model/base/time.h"

#include <asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

namespace sonda
{

struct ProxyConfiguration;

/** What the proxy as a whole can say of itself now. */
struct ProxyState
{
    nlohmann::ordered_json counters; //!< name → number, or → object of numbers by reason
    std::size_t open{0};             //!< connections of all workers
    std::size_t backlog{0};          //!< clients that wait in the kernel
    bool draining{false};
    std::string policy;   //!< in force, with its parameters
    Duration interval{0}; //!< in force, between probes
};

/**
 * Something that accompanies the proxy on its control thread, and that relaying does not need:
 * the admin listener, the result files. All functions are called by that thread.
 */
class Companion
{
  public:
    /** Control thread only. */
    using Ask = std::function<ProxyState()>;

    virtual ~Companion() = default;

    /**
     * The workers are about to start. Signals are blocked meanwhile, so that threads that are made
     * here get none.
     * \param io runs on the control thread until Stop()
     */
    virtual void Start(asio::io_context& io, Ask ask) = 0;

    /** A reload puts another configuration in force. */
    virtual void
    OnReload(const ProxyConfiguration& /* next */)
    {
    }

    /** The proxy takes no more clients. */
    virtual void OnDrain() = 0;

    /** The workers have ended. Nothing of this object may be left in the io_context after this. */
    virtual void Stop() = 0;
};

} // namespace sonda

#endif

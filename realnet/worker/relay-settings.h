#ifndef SONDA_REALNET_WORKER_RELAY_SETTINGS_H
#define SONDA_REALNET_WORKER_RELAY_SETTINGS_H

#include "model/base/time.h"
#include "realnet/common/network.h"
#include "realnet/common/proxy-protocol.h"
#include "realnet/worker/connection-log.h"

#include <memory>
#include <vector>

namespace sonda
{

/** How long the relay waits for what. */
struct RelayTimeouts
{
    Duration queue{std::chrono::seconds(5)}; //!< for an agent that can take the connection
    Duration connect{std::chrono::seconds(3)};
    Duration idle{std::chrono::minutes(10)};
    Duration halfClosed{std::chrono::seconds(30)}; //!< without any byte, one direction ended
    Duration ack{std::chrono::seconds(20)};        //!< for a peer to acknowledge what it was sent

    /** \return how long a client may be without a server in all, whatever it has waited for. */
    Duration
    Dispatch() const
    {
        return queue + connect;
    }
};

/**
 * What workers read of the configuration. Immutable: a reload makes another one, and a worker goes
 * over to it between two turns of its loop.
 */
struct RelaySettings
{
    RelayTimeouts timeouts;
    Duration keepAlive{std::chrono::seconds(30)};    //!< see SetKeepAlive()
    ProxyProtocol proxyProtocol{ProxyProtocol::OFF}; //!< header that servers get
    std::vector<Network> trusted;                    //!< clients that must send such a header
    std::shared_ptr<ConnectionLog> log;              //!< null: no lines about connections
};

} // namespace sonda

#endif

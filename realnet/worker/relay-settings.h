#ifndef SONDA_REALNET_WORKER_RELAY_SETTINGS_H
#define SONDA_REALNET_WORKER_RELAY_SETTINGS_H

#include "model/connection/proxy-rules.h"
#include "realnet/common/network.h"
#include "realnet/common/proxy-protocol.h"
#include "realnet/worker/connection-log.h"

#include <memory>
#include <vector>

namespace sonda
{

/**
 * What workers read of the configuration. Immutable: a reload makes another one, and a worker goes
 * over to it between two turns of its loop.
 */
struct RelaySettings
{
    ConnectionRules rules{ProxyRules::AsShipped().connection};
    Duration ackTimeout{std::chrono::seconds(20)};   //!< for a peer to acknowledge what it was sent
    Duration keepAlive{std::chrono::seconds(30)};    //!< see SetKeepAlive()
    ProxyProtocol proxyProtocol{ProxyProtocol::OFF}; //!< header that servers get
    std::vector<Network> trusted;                    //!< clients that must send such a header
    std::shared_ptr<ConnectionLog> log;              //!< null: no lines about connections
};

} // namespace sonda

#endif

#ifndef SONDA_REALNET_BALANCER_HEALTH_CHECKS_H
#define SONDA_REALNET_BALANCER_HEALTH_CHECKS_H

#include "realnet/balancer/shared-balancer.h"
#include "realnet/common/log.h"
#include "realnet/common/option-values.h"
#include "realnet/common/proxy-protocol.h"

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sonda
{

/** A server without agent, as the operator lists it. */
struct StaticServer
{
    Endpoint at;
    double weight{1};

    bool
    operator==(const StaticServer& other) const
    {
        return at == other.at && weight == other.weight;
    }
};

/** \param text `ADDRESS:PORT` or `ADDRESS:PORT,WEIGHT` */
Expected<StaticServer> ParseStaticServer(const std::string& text);

/**
 * Keeps servers without agents in the table: connects to each of them every interval, and hands the
 * outcome to the balancer like a report. It says whether the server is ready or down, and how long
 * the connect took (the RTT); load figures stay unknown. Where an agent speaks for a server, its
 * word counts instead until it is dead. Belongs to the control thread.
 */
class HealthChecks
{
  public:
    struct Settings
    {
        std::vector<StaticServer> servers;
        Duration interval{0};
        Duration timeout{0}; //!< of a connect
        /** What a server expects at the beginning of a connection; a check says that it is for no
         * client. */
        ProxyProtocol proxyProtocol{ProxyProtocol::OFF};
    };

    /**
     * \param balancer must outlive the checks
     * \param onUpdate is called after the balancer has learnt something
     */
    HealthChecks(asio::io_context& io, SharedBalancer& balancer, std::function<void()> onUpdate);
    ~HealthChecks();

    /** Checks these from now on, at once first. Servers that are no longer listed go down. */
    void Configure(const Settings& settings);

  private:
    class Check;

    void Report(const StaticServer& server, ServerState state, Duration elapsed);

    asio::io_context& m_io;
    SharedBalancer& m_balancer;
    std::function<void()> m_onUpdate;
    LogLimiter m_refusalLog;
    std::vector<std::shared_ptr<Check>> m_checks;
};

} // namespace sonda

#endif

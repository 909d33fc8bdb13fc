#ifndef SONDA_MODEL_NS3_HEALTH_CHECKS_H
#define SONDA_MODEL_NS3_HEALTH_CHECKS_H

#include "model/ns3/proxy-application.h"

#include "ns3/nstime.h"

#include <deque>
#include <functional>
#include <string>

namespace sonda::sim
{

/**
 * Servers without agents, as a proxy knows them that has them listed: each is connected to at the
 * beginning and every interval from then on, and what comes of it goes to the balancer like a
 * report (Origin::STATIC). It says whether the server is ready or down, and the round trip; load
 * figures stay unknown. The server notices nothing, and no packets travel, in any fidelity: a check
 * is two events, one delay apart, as is its answer.
 *
 * Does not own the proxy. Destroy it after Simulator::Destroy.
 */
class HealthChecks
{
  public:
    /** What is checked. */
    struct Server
    {
        std::string id; //!< as the recorder knows it
        Endpoint at;
        double weight{1};
        ns3::Time delay;               //!< one way, between proxy and server
        std::function<bool()> accepts; //!< whether a connection that arrives now is accepted
    };

    /** \param interval between checks of one server */
    HealthChecks(ProxyApplication& proxy, ns3::Time interval);
    HealthChecks(const HealthChecks&) = delete;
    HealthChecks& operator=(const HealthChecks&) = delete;

    /** Checks a server from now on, at once first. */
    void Add(Server server);

  private:
    void Begin(const Server& server);
    void Arrive(const Server& server, ns3::Time began);
    void Report(const Server& server, ns3::Time began, bool isReady);

    ProxyApplication& m_proxy;
    ns3::Time m_interval;
    std::deque<Server> m_servers; //!< they do not move
};

} // namespace sonda::sim

#endif

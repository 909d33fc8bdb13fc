#ifndef SONDA_MODEL_NS3_MONITOR_DRIVER_H
#define SONDA_MODEL_NS3_MONITOR_DRIVER_H

#include "model/control/monitor.h"
#include "model/ns3/adapters.h"
#include "model/ns3/proxy-application.h"

#include "ns3/event-id.h"
#include "ns3/ptr.h"

#include <functional>
#include <string>
#include <vector>

namespace sonda::sim
{

/**
 * What a simulated monitor is, whole: there is no other way to make one, so that no part of it can
 * be forgotten.
 */
struct MonitorSetup
{
    MonitorSetup(const MonitorOptions& how, double lost, std::int64_t first)
        : options(how),
          loss(lost),
          stream(first)
    {
    }

    MonitorOptions options;
    double loss;         //!< probability with which a datagram that arrives is lost, each by itself
    std::int64_t stream; //!< the first of MONITOR_STREAMS, or AUTOMATIC_STREAMS
};

/** Streams that a monitor uses: nonces, loss. */
constexpr std::int64_t MONITOR_STREAMS = 2;

/** How a monitor's datagrams travel, and who hears of what it does. The hooks may be empty. */
struct MonitorPorts
{
    std::function<void(const std::string& datagram)> toGroup;
    std::function<void(const std::string& datagram, const AgentStatus& agent)> toAgent;
    std::function<void(const std::string& datagram)> requested; //!< a request left
    std::function<void(const Observation& observation)> accepted;
    std::function<void(const Refusal& refusal)> refused;
};

/**
 * A monitor (model/control/monitor.h) in simulated time: asks when a round is due, gives what the
 * responses say to the proxy's balancer, and sends the probes that its policy wants for itself.
 * Does not own the proxy.
 */
class MonitorDriver
{
  public:
    /** Throws std::invalid_argument as Monitor does. */
    MonitorDriver(ProxyApplication& proxy, const MonitorSetup& setup, MonitorPorts ports);

    /** Asks for the first time, now. */
    void Start();

    void Stop();

    /** A datagram has arrived. \param source dotted quad of its sender */
    void OnDatagram(const std::string& datagram, const std::string& source);

    /** To be called after each dispatch of the proxy: its policy may want probes. */
    void OnDispatch();

    const Monitor&
    GetMonitor() const
    {
        return m_monitor;
    }

  private:
    void Probe();
    void Refuse(const Refusal& refusal);

    ProxyApplication& m_proxy;
    Monitor m_monitor;
    double m_loss;
    MonitorPorts m_ports;
    StreamAdapter m_nonces;
    StreamAdapter m_losses;
    ns3::EventId m_next;
    std::vector<AgentIndex> m_wanted;
};

} // namespace sonda::sim

#endif

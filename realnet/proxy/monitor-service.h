#ifndef SONDA_REALNET_PROXY_MONITOR_SERVICE_H
#define SONDA_REALNET_PROXY_MONITOR_SERVICE_H

#include "model/control/monitor.h"
#include "realnet/common/datagram-port.h"
#include "realnet/common/log.h"
#include "realnet/common/random.h"
#include "realnet/proxy/shared-balancer.h"

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <nlohmann/json_fwd.hpp>

namespace sonda
{

/**
 * Runs a Monitor on a real socket: probes every interval, hands what is accepted to the balancer,
 * ages the agents, and logs who joined, turned stale or dead, and came back. Belongs to the
 * control thread.
 */
class MonitorService
{
  public:
    struct Parts
    {
        MonitorOptions options;
        std::optional<Keyring> keyring;
        UdpSocket socket;
        std::string source; //!< own address, dotted quad
        std::string group;
        std::uint16_t port{0};
    };

    /** \param balancer must outlive the service */
    MonitorService(asio::io_context& io, Parts parts, SharedBalancer& balancer);

    /** Begins; the first probe leaves at once. */
    void Start();

    /** Works by other rules from now on, and probes at once. */
    void Reconfigure(MonitorOptions options, std::optional<Keyring> keyring);

    /** To be called when others than the monitor have changed the table: logs and ages. */
    void OnTableChanged();

    /** \return probes sent, responses accepted, and refusals by reason. */
    nlohmann::ordered_json CountersToJson() const;

    /** \return the same and the agents. */
    nlohmann::ordered_json ToJson() const;

  private:
    void Probe();
    void Take(const Datagram& datagram);
    void WaitForExpiry();
    void LogEvents();

    asio::steady_timer m_probeTimer;
    asio::steady_timer m_expiryTimer;

    Monitor m_monitor;
    DatagramPort m_port;
    std::string m_source;
    std::string m_group;
    std::uint16_t m_groupPort;
    SharedBalancer& m_balancer;
    SecureRandom m_nonces;
    LogLimiter m_sendLog;
    std::uint64_t m_sendErrors{0};
};

} // namespace sonda

#endif

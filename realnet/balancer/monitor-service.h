#ifndef SONDA_REALNET_BALANCER_MONITOR_SERVICE_H
#define SONDA_REALNET_BALANCER_MONITOR_SERVICE_H

#include "model/control/monitor.h"
#include "model/control/stale-retries.h"
#include "model/table/per-agent.h"
#include "realnet/balancer/agent-log.h"
#include "realnet/balancer/monitor-link.h"
#include "realnet/balancer/shared-balancer.h"
#include "realnet/common/interface-follower.h"
#include "realnet/common/log.h"
#include "realnet/common/random.h"

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace sonda
{

/**
 * Runs a Monitor on each interface: all probe every interval, what they accept goes to one
 * balancer. Sends the probes that its policy wants for itself, asks agents that turn stale once
 * more by unicast, ages the agents, and logs who joined, turned stale or dead, and came back.
 * Follows the interfaces as they come and go; without any it asks nobody until one comes. Belongs
 * to the control thread.
 */
class MonitorService
{
  public:
    struct Parts
    {
        MonitorOptions options;
        std::optional<Keyring> keyring;
        InterfaceSlots interfaces;
        std::string group;
        std::uint16_t port{0};
    };

    /** \param balancer must outlive the service */
    MonitorService(asio::io_context& io, Parts parts, SharedBalancer& balancer);

    /** Opens the sockets of the interfaces that are there. \return why that cannot be done */
    std::optional<Error> Open();

    /** Begins; the first probe leaves at once. */
    void Start();

    /** Works by other rules from now on, and probes at once. */
    void Reconfigure(const MonitorOptions& options, const std::optional<Keyring>& keyring);

    /** To be called when others than the monitor have changed the table: logs and ages. */
    void OnTableChanged();

    /** \return probes sent, responses accepted, and refusals by reason. */
    nlohmann::ordered_json CountersToJson() const;

    /** \return the same and the agents. */
    nlohmann::ordered_json ToJson() const;

  private:
    /** Where an agent was when it last answered: requests for it alone go there. */
    struct Place
    {
        std::string id;
        bool hasIdentity{false}; //!< it has told the id itself: it is not "address:port"
        bool isBaseForm{false};  //!< its last answer had no hold time
        Instant heard{};         //!< arrival of its last datagram
        MonitorLink* link{
            nullptr}; //!< null: it has not answered; a server without agent never does
        std::string address;
        std::uint16_t port{0};
    };

    std::optional<Error> OpenLink(std::size_t slot);
    bool OnChange(std::size_t slot, const std::optional<Interface>& before);
    void LogChange(std::size_t slot, const std::optional<Interface>& before);
    void Listen(MonitorLink& link);
    void ProbeBy(MonitorLink& link);
    void ProbeKnown(const MonitorLink& link);
    void Probe();
    void SendWanted();
    void ProbeAgent(AgentIndex agent);
    void Send(MonitorLink& link,
              const std::string& request,
              const std::string& address,
              std::uint16_t port);
    void Take(MonitorLink& link, const Datagram& datagram);
    void NotePlace(AgentIndex agent,
                   const Observation& observation,
                   MonitorLink& link,
                   const Datagram& datagram);
    void RetryLater(AgentIndex agent);
    void WaitForRetry();
    void SendRetries();
    void WaitForExpiry();
    void LogEvents();
    void WaitForTick();

    asio::io_context& m_io;
    asio::steady_timer m_probeTimer;
    asio::steady_timer m_expiryTimer;
    asio::steady_timer m_tickTimer;
    asio::steady_timer m_retryTimer;

    InterfaceFollower m_follower;
    std::vector<std::unique_ptr<MonitorLink>> m_links; //!< by the follower's slot
    Duration m_interval;                               //!< between two rounds
    PerAgent<Place> m_places;
    std::string m_group;
    std::uint16_t m_groupPort;
    SharedBalancer& m_balancer;
    SecureRandom m_nonces;
    LogLimiter m_sendLog;
    LogLimiter m_openLog;
    AgentLog m_agentLog;
    std::uint64_t m_sendErrors{0};
    StaleRetries m_retries;
    std::uint64_t m_retriesSent{0};
    std::vector<AgentIndex> m_wanted; //!< by the policy, to be probed
    std::size_t m_nextWanted{0};      //!< those before it have been
};

} // namespace sonda

#endif

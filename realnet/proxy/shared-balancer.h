#ifndef SONDA_REALNET_PROXY_SHARED_BALANCER_H
#define SONDA_REALNET_PROXY_SHARED_BALANCER_H

#include "model/control/balancer.h"
#include "realnet/common/random.h"
#include "realnet/common/socket-address.h"

#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

namespace sonda
{

/** The agent that a connection was handed to. */
struct Target
{
    AgentIndex agent{0};
    SocketAddress address;
};

/** A change of an agent's freshness or state, ready to be logged. */
struct AgentEvent
{
    std::string id;
    Endpoint server;
    std::optional<Freshness> from; //!< empty: new
    Freshness to{Freshness::FRESH};
    /** Not empty: the freshness stays, the agent's state has become this. */
    std::optional<ServerState> state{};
};

/**
 * The Balancer behind one mutex, with the clock and the random numbers that it needs. The time is
 * read under the mutex, so that the balancer sees it only grow. Any thread.
 */
class SharedBalancer
{
  public:
    SharedBalancer(Formula formula,
                   std::unique_ptr<Policy> policy,
                   TableTiming timing,
                   std::uint64_t seed);

    /** Picks an agent. \return nothing when there is no candidate */
    std::optional<Target> Dispatch();

    /** \return the agent's identity; valid before its last dispatch is completed. */
    std::string IdOf(AgentIndex agent) const;

    void Connected(AgentIndex agent);
    void ConnectFailed(AgentIndex agent);
    /** The client left before the connection stood. */
    void Abandon(AgentIndex agent);
    /** The server reset before it sent a byte; to be called before Complete(). */
    void EarlyReset(AgentIndex agent);
    /** \param dispatched when Dispatch() returned the agent \param good see Balancer::Complete() */
    void Complete(AgentIndex agent, Instant dispatched, bool good);

    /** Picks by others from now on; see Balancer::Replace(). */
    void Replace(Formula formula, std::unique_ptr<Policy> policy);
    void SetTiming(TableTiming timing);
    void SetRules(TableRules rules);

    Expected<AgentIndex, Refusal> Update(const Observation& observation);
    void Advance();
    std::optional<Instant> NextExpiry() const;

    /** \return what changed since the last call, oldest first. Logging it is left to the caller:
     * nothing that may block happens under the mutex. */
    std::vector<AgentEvent> TakeEvents();

    /** \return one object per agent: identity, server, freshness, counters. */
    nlohmann::ordered_json AgentsToJson() const;

  private:
    mutable std::mutex m_mutex;
    Balancer m_balancer;
    SeededRandom m_random;
    std::vector<AgentEvent> m_events;
};

} // namespace sonda

#endif

#ifndef SONDA_MODEL_NS3_PROXY_APPLICATION_H
#define SONDA_MODEL_NS3_PROXY_APPLICATION_H

#include "model/connection/proxy-rules.h"
#include "model/control/balancer.h"
#include "model/ns3/adapters.h"
#include "model/ns3/relay.h"

#include "ns3/application.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"
#include "ns3/traced-callback.h"

#include <list>
#include <memory>
#include <string>
#include <vector>

namespace sonda::sim
{

/**
 * \ingroup sonda
 * The proxy as an ns-3 application: accepts TCP connections, lets the balancer pick an agent for
 * each, and relays both directions. A refused or unanswered connect goes to the next agent.
 *
 * With Relay false it opens no socket: another part of the simulation carries the requests and
 * calls Dispatch(), Connected(), ConnectFailed() and Complete() itself.
 *
 * Attributes: Formula, Policy, Interval, Window, Port, ConnectTimeout, Relay.
 * Trace sources: Dispatch, ConnectFailure, Completion, NoAgent, Freshness.
 */
class ProxyApplication : public ns3::Application, public RelayOwner
{
  public:
    static ns3::TypeId GetTypeId();

    /**
     * Gives the proxy's host a further network stack, a node of its own on the same LAN. A
     * connection that is accepted on a stack goes on from it. ns-3 finds a packet's connection by
     * walking a list, which a thousand agents make long: with k stacks each list has a k-th of the
     * length.
     */
    void AddStack(ns3::Ptr<ns3::Node> node);

    /** Takes a formula that is not in the built-in catalogue; instead of the attribute. */
    void SetFormula(Formula formula);

    /**
     * What the proxy does beside picking; bare rules before the first call, to be called before the
     * balancer is made. The time to connect replaces the attribute ConnectTimeout.
     */
    void SetRules(const ProxyRules& rules);

    /** \return by what the life of a connection is bounded. */
    const ConnectionRules&
    GetConnectionRules() const
    {
        return m_rules.connection;
    }

    /** What the policy may know of the servers; to be called before the balancer is made. */
    void SetOracle(const Oracle& oracle);

    /** \return the balancer; made on first use from the attributes, which are fixed from then on.
     */
    Balancer& GetBalancer();

    /** \return whether a connection that was not dispatched waits: see Policy::HoldsBack(). */
    bool HoldsBack() const;

    /** \return the picked agent, or nothing when there is no candidate, or none for now. */
    std::optional<AgentIndex> Dispatch() override;
    void Connected(AgentIndex agent) override;
    void ConnectFailed(AgentIndex agent) override;
    void Complete(AgentIndex agent, Duration latency, bool good) override;

    /** \return 1, the number of streams used: the policy's. */
    std::int64_t AssignStreams(std::int64_t stream);

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;
    void Listen(ns3::Ptr<ns3::Node> stack);
    void OnAccept(ns3::Ptr<ns3::Socket> socket, const ns3::Address& from);
    Endpoint EndpointOf(AgentIndex agent) override;
    void Finished(Relay* relay) override;

    std::string m_formulaText;
    std::string m_policyText;
    ns3::Time m_interval;
    ns3::Time m_window;
    std::uint16_t m_port{80};
    ns3::Time m_connectTimeout;
    bool m_relayed{true};
    ProxyRules m_rules{ProxyRules::Bare()};
    StreamAdapter m_random;

    std::optional<Formula> m_formula;
    const Oracle* m_oracle{nullptr};
    std::unique_ptr<Balancer> m_balancer;
    std::vector<ns3::Ptr<ns3::Node>> m_stacks; //!< beside the application's own node
    std::vector<ns3::Ptr<ns3::Socket>> m_listeners;
    std::list<std::unique_ptr<Relay>> m_relays;

    /** The connection was handed to this agent. */
    ns3::TracedCallback<AgentIndex> m_dispatchTrace;
    /** It could not be connected there. */
    ns3::TracedCallback<AgentIndex> m_connectFailureTrace;
    /** It ended: the agent, the time since the dispatch, whether well. */
    ns3::TracedCallback<AgentIndex, ns3::Time, bool> m_completionTrace;
    /** There was no candidate. */
    ns3::TracedCallback<> m_noAgentTrace;
    /** An agent changed its freshness: the agent and the new state. */
    ns3::TracedCallback<const AgentStatus&, Freshness> m_freshnessTrace;
};

} // namespace sonda::sim

#endif

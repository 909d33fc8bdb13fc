#ifndef SONDA_MODEL_NS3_PROXY_APPLICATION_H
#define SONDA_MODEL_NS3_PROXY_APPLICATION_H

#include "model/connection/dispatcher.h"
#include "model/connection/proxy-rules.h"
#include "model/control/balancer.h"
#include "model/ns3/adapters.h"
#include "model/ns3/relayed-connection.h"

#include "ns3/application.h"
#include "ns3/event-id.h"
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
 * each, and relays both directions. A Dispatcher leads the connections, as in the real proxy.
 *
 * With Relay false it opens no socket: another part of the simulation carries the requests and
 * tells Serve(), Connected(), ConnectFailed(), Finished() and Aborted() itself.
 *
 * Attributes: Formula, Policy, Interval, Window, Port, ConnectTimeout, Relay.
 * Trace sources: Waiting, Dispatch, ConnectFailure, Abandonment, Completion, NoAgent, Freshness.
 */
class ProxyApplication : public ns3::Application, public Picker, public ConnectionDriver
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

    /** Works by other rules from now on, as after a reload; what it has learnt stays. */
    void ChangeRules(const ProxyRules& rules);

    /** Takes no more clients from now on: who comes is turned away. What it has goes on. */
    void Drain();

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

    /** A client was accepted: it is dispatched, or waits, or is turned away. */
    void Serve(CarriedConnection& connection);

    /** The server has accepted. */
    void Connected(CarriedConnection& connection);

    /** The server refused. */
    void ConnectFailed(CarriedConnection& connection);

    /** Something has moved, or may have. */
    void Moved(CarriedConnection& connection);

    /** One direction has ended. \param first whose, see Dispatcher::OnHalfClosed() */
    void HalfClosed(CarriedConnection& connection, std::optional<Side> first);

    /** Both directions have ended. \param serverSilent the server sent no byte */
    void Finished(CarriedConnection& connection, bool serverSilent);

    /** One end has reset; see Dispatcher::OnAborted(). */
    void Aborted(CarriedConnection& connection, Side gone, bool untouched, bool serverSilent);

    /** The client left before the connection stood. */
    void ClientGone(CarriedConnection& connection);

    /** A relayed connection is done: it is destroyed, not before the current event has ended. */
    void Forget(RelayedConnection& connection);

    /** \return 1, the number of streams used: the policy's. */
    std::int64_t AssignStreams(std::int64_t stream);

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;
    void Listen(ns3::Ptr<ns3::Node> stack);
    void OnAccept(ns3::Ptr<ns3::Socket> socket, const ns3::Address& from);
    ConnectionRules RulesOfDispatcher() const;
    void GoOn(Instant now);
    void SeeToTime();
    void OnDue();

    Picked Pick(ConnectionLife& life, Instant now) override;
    void Connected(AgentIndex agent, Instant dispatched, Instant now) override;
    void Ended(AgentIndex agent, Instant dispatched, const Ending& ending, Instant now) override;
    void OnWaiting(ConnectionLife& life) override;
    void OnRetry(ConnectionLife& life, Retry why, Instant now) override;
    void OnEnded(ConnectionLife& life, const ConnectionEnd& end) override;

    std::string m_formulaText;
    std::string m_policyText;
    ns3::Time m_interval;
    ns3::Time m_window;
    std::uint16_t m_port{80};
    ns3::Time m_connectTimeout;
    bool m_relayed{true};
    bool m_drains{false};
    ProxyRules m_rules{ProxyRules::Bare()};
    StreamAdapter m_random;

    std::optional<Formula> m_formula;
    const Oracle* m_oracle{nullptr};
    std::unique_ptr<Balancer> m_balancer;
    std::unique_ptr<Dispatcher> m_dispatcher; //!< made with it
    bool m_isWaitingRoom{false};              //!< who waits hears of agents that come
    bool m_goesOn{false};                     //!< GoOn() is on the call stack
    ns3::EventId m_due;                       //!< OnDue(), no later than when it is due
    Instant m_dueAt{Instant::max()};
    std::vector<ns3::Ptr<ns3::Node>> m_stacks; //!< beside the application's own node
    std::vector<ns3::Ptr<ns3::Socket>> m_listeners;
    std::list<std::unique_ptr<RelayedConnection>> m_relayedConnections;

    /** A client has to wait for an agent. */
    ns3::TracedCallback<> m_waitingTrace;
    /** The connection was handed to this agent. */
    ns3::TracedCallback<AgentIndex> m_dispatchTrace;
    /** It could not be connected there. */
    ns3::TracedCallback<AgentIndex> m_connectFailureTrace;
    /** It ended: the agent, the time since the dispatch, whether well. */
    ns3::TracedCallback<AgentIndex, ns3::Time, bool> m_completionTrace;
    /** It ended by nobody's doing before it stood. */
    ns3::TracedCallback<AgentIndex> m_abandonmentTrace;
    /** A client was turned away, as no agent took it. */
    ns3::TracedCallback<> m_noAgentTrace;
    /** An agent changed its freshness: the agent and the new state. */
    ns3::TracedCallback<const AgentStatus&, Freshness> m_freshnessTrace;
};

} // namespace sonda::sim

#endif

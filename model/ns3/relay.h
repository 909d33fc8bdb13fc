#ifndef SONDA_MODEL_NS3_RELAY_H
#define SONDA_MODEL_NS3_RELAY_H

#include "model/base/time.h"
#include "model/ns3/tcp-connection.h"
#include "model/protocol/pdu.h"
#include "model/table/agent-status.h"

#include "ns3/event-id.h"
#include "ns3/node.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"

#include <list>
#include <memory>
#include <optional>

namespace sonda::sim
{

class Relay;

/** What a relay needs from its proxy. */
class RelayOwner
{
  public:
    virtual std::optional<AgentIndex> Dispatch() = 0;
    virtual void Connected(AgentIndex agent) = 0;
    virtual void ConnectFailed(AgentIndex agent) = 0;
    virtual void Complete(AgentIndex agent, Duration latency, bool good) = 0;
    virtual Endpoint EndpointOf(AgentIndex agent) = 0;
    /** The relay is done; the owner destroys it, not before the current event has ended. */
    virtual void Finished(Relay* relay) = 0;

  protected:
    ~RelayOwner() = default;
};

/**
 * One relayed connection in the simulated proxy: the client's connection, the server's, and what is
 * on its way between them. Bytes are kept in order, half-close is passed on, and a side is read
 * only as fast as the other one takes it. A reset ends both: the server's badly, the client's well.
 */
class Relay final : public TcpUser
{
  public:
    /** \param client a socket that was just accepted; the server is reached on its stack, too */
    Relay(RelayOwner& owner, ns3::Ptr<ns3::Socket> client, ns3::Time connectTimeout);
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    /** Picks an agent and connects to it. */
    void Start();

    /** Where the relay stands in its owner's list. */
    std::list<std::unique_ptr<Relay>>::iterator place;

  private:
    /** One end, and how far the direction that it is the source of has come. */
    struct Side
    {
        std::unique_ptr<TcpConnection> connection;
        ns3::Ptr<ns3::Packet> pending; //!< read here, not yet taken by the other side
        bool ended{false};             //!< the peer has closed its direction
        bool passedOn{false};          //!< and the other side has been told
    };

    void ConnectNext();
    void OnConnected(TcpConnection& connection) override;
    void OnReadable(TcpConnection& connection) override;
    void OnWritable(TcpConnection& connection) override;
    void OnEnd(TcpConnection& connection) override;
    void OnFailed(TcpConnection& connection, TcpFailure why) override;
    void OnConnectFailed();
    bool
    IsClient(const TcpConnection& connection) const
    {
        return &connection == m_client.connection.get();
    }

    void Pump(Side& from, Side& to);
    void Finish(bool good);

    RelayOwner& m_owner;
    ns3::Ptr<ns3::Node> m_stack;
    ns3::Time m_connectTimeout;
    Side m_client;
    Side m_server;
    std::optional<AgentIndex> m_agent;
    ns3::Time m_dispatched;
    bool m_connected{false};
    bool m_finished{false};
    ns3::EventId m_timeout;
};

} // namespace sonda::sim

#endif

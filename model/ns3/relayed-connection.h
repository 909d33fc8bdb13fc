#ifndef SONDA_MODEL_NS3_RELAYED_CONNECTION_H
#define SONDA_MODEL_NS3_RELAYED_CONNECTION_H

#include "model/connection/relay.h"
#include "model/ns3/carried-connection.h"
#include "model/ns3/tcp-connection.h"

#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"

#include <array>
#include <list>
#include <memory>

namespace sonda::sim
{

class ProxyApplication;

/**
 * One relayed connection in the simulated proxy: the client's TCP connection, the server's, and
 * what is on its way between them. What is to be done with the bytes is the Relay's to say, as in
 * the real proxy; here it is done with packets. Owned by its proxy.
 */
class RelayedConnection final : public CarriedConnection, public TcpUser
{
  public:
    /** \param client a socket that was just accepted; the server is reached on its stack, too */
    RelayedConnection(ProxyApplication& proxy, ns3::Ptr<ns3::Socket> client);

    void Connect() override;
    void OnRetry(Retry why) override;
    void OnEnded(const ConnectionEnd& end) override;

    /** Where it stands in its proxy's list. */
    std::list<std::unique_ptr<RelayedConnection>>::iterator place;

  private:
    /** One end, and what is on its way from it. */
    struct End
    {
        std::unique_ptr<TcpConnection> connection;
        ns3::Ptr<ns3::Packet> held; //!< read here, not yet taken by the other end
        std::uint64_t bytes{0};     //!< read here in all
        bool ended{false};          //!< it sends no more
        bool failed{false};         //!< it is gone
    };

    void OnConnected(TcpConnection& connection) override;
    void OnReadable(TcpConnection& connection) override;
    void OnWritable(TcpConnection& connection) override;
    void OnEnd(TcpConnection& connection) override;
    void OnFailed(TcpConnection& connection, TcpFailure why) override;

    Side SideOf(const TcpConnection& connection) const;
    End& At(Side side);
    void Hear(Side side);
    void Serve();
    void Pump(Side source);
    void Receive(Side source);
    void Send(Side source);

    ProxyApplication& m_proxy;
    ns3::Ptr<ns3::Node> m_stack;
    std::array<End, 2> m_ends; //!< by Side
    Relay m_relay;
};

} // namespace sonda::sim

#endif

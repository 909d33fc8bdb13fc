#include "model/ns3/datagram.h"

#include "ns3/abort.h"
#include "ns3/inet-socket-address.h"
#include "ns3/packet.h"
#include "ns3/udp-socket-factory.h"

namespace sonda::sim
{

ns3::Ptr<ns3::Socket>
OpenUdp(ns3::Ptr<ns3::Node> node, std::uint16_t port)
{
    auto socket = ns3::Socket::CreateSocket(node, ns3::UdpSocketFactory::GetTypeId());
    const ns3::InetSocketAddress any(ns3::Ipv4Address::GetAny(), port);
    NS_ABORT_MSG_IF(socket->Bind(any) != 0,
                    "UDP port " << port << " of node " << node->GetId() << " is in use");
    return socket;
}

bool
ReceiveDatagram(ns3::Ptr<ns3::Socket> socket, std::string& bytes, ns3::Address& from)
{
    const auto packet = socket->RecvFrom(from);
    if (!packet)
    {
        return false;
    }
    bytes.resize(packet->GetSize());
    packet->CopyData(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
    return true;
}

void
SendDatagram(ns3::Ptr<ns3::Socket> socket, const std::string& bytes, const ns3::Address& to)
{
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    // A failure to send is a lost datagram, which the protocol expects.
    socket->SendTo(ns3::Create<ns3::Packet>(data, bytes.size()), 0, to);
}

} // namespace sonda::sim

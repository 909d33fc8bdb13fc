#ifndef SONDA_MODEL_NS3_DATAGRAM_H
#define SONDA_MODEL_NS3_DATAGRAM_H

#include "ns3/address.h"
#include "ns3/node.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"

#include <cstdint>
#include <string>

/** UDP as the probe protocol uses it: whole texts in and out. */
namespace sonda::sim
{

/** \return a UDP socket of the node, bound to the port; 0 lets the stack choose. */
ns3::Ptr<ns3::Socket> OpenUdp(ns3::Ptr<ns3::Node> node, std::uint16_t port);

/**
 * \param bytes receives the datagram
 * \param from receives its sender
 * \return false when no datagram waits
 */
bool ReceiveDatagram(ns3::Ptr<ns3::Socket> socket, std::string& bytes, ns3::Address& from);

void SendDatagram(ns3::Ptr<ns3::Socket> socket, const std::string& bytes, const ns3::Address& to);

} // namespace sonda::sim

#endif

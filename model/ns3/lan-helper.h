#ifndef SONDA_MODEL_NS3_LAN_HELPER_H
#define SONDA_MODEL_NS3_LAN_HELPER_H

#include "model/ns3/star-channel.h"

#include "ns3/ipv4-address.h"
#include "ns3/net-device.h"
#include "ns3/node.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <vector>

namespace sonda::sim
{

/** A host of the LAN. */
struct LanHost
{
    ns3::Ptr<ns3::Node> node;
    ns3::Ptr<ns3::NetDevice> device;
    ns3::Ipv4Address address;
    ns3::Time delay; //!< one way, between the host and the switch
};

/**
 * Builds one LAN: a switch (StarChannel) and any number of hosts, each on a cable of its own with
 * its own delay. One IP subnet, 10.0.0.0/8; neither routing nor ARP traffic.
 *
 * This layout is the one that scales: with a shared channel every datagram reaches every host, and
 * a CsmaChannel is busy for as long as its delay.
 */
class LanHelper
{
  public:
    LanHelper();

    /**
     * Adds a host with an Internet stack.
     * \param delay one way, between the host and the switch
     */
    LanHost AddHost(ns3::Time delay);

    /** Lets two hosts know each other's hardware address; they can talk only after this. */
    static void Acquaint(const LanHost& a, const LanHost& b);

  private:
    ns3::Ptr<StarChannel> m_switch;
    std::uint32_t m_hosts{0};
};

} // namespace sonda::sim

#endif

#ifndef SONDA_MODEL_NS3_STAR_CHANNEL_H
#define SONDA_MODEL_NS3_STAR_CHANNEL_H

#include "ns3/nstime.h"
#include "ns3/simple-channel.h"

#include <unordered_map>
#include <vector>

namespace sonda::sim
{

/**
 * \ingroup sonda
 * A switch as a channel: every device has a cable of its own with its own delay to the middle, and
 * a frame goes from cable to cable. A frame to one device reaches that device alone, found by its
 * address in O(1); every other frame reaches all devices but its sender. Nothing is queued or lost
 * in the middle.
 *
 * What a node with a BridgeNetDevice and a SimpleChannel for each host would do, in a third of the
 * events: only the receivers see a frame, not the ports of the switch too.
 */
class StarChannel : public ns3::SimpleChannel
{
  public:
    static ns3::TypeId GetTypeId();

    /**
     * The delay of the device's cable, one way, from now on; 0 without this. The device must have
     * been added (SimpleNetDevice::SetChannel does that).
     */
    void SetCable(ns3::Ptr<ns3::SimpleNetDevice> device, ns3::Time delay);

    void Add(ns3::Ptr<ns3::SimpleNetDevice> device) override;

    void Send(ns3::Ptr<ns3::Packet> packet,
              std::uint16_t protocol,
              ns3::Mac48Address to,
              ns3::Mac48Address from,
              ns3::Ptr<ns3::SimpleNetDevice> sender) override;

  private:
    struct Cable
    {
        ns3::Ptr<ns3::SimpleNetDevice> device;
        ns3::Time delay;
        std::uint32_t node;
    };

    std::size_t PlaceOf(ns3::Mac48Address address) const;

    std::vector<Cable> m_cables; //!< in the order in which they were added
    std::unordered_map<std::uint64_t, std::size_t> m_placeOf; //!< by hardware address
};

} // namespace sonda::sim

#endif

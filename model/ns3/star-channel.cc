#include "model/ns3/star-channel.h"

#include "ns3/abort.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/simple-net-device.h"
#include "ns3/simulator.h"

namespace sonda::sim
{

namespace
{

constexpr std::size_t NOWHERE = -1;

std::uint64_t
KeyOf(ns3::Mac48Address address)
{
    std::uint8_t bytes[6];
    address.CopyTo(bytes);
    std::uint64_t key = 0;
    for (const auto byte : bytes)
    {
        key = key << 8 | byte;
    }
    return key;
}

} // namespace

NS_OBJECT_ENSURE_REGISTERED(StarChannel);

ns3::TypeId
StarChannel::GetTypeId()
{
    static ns3::TypeId tid = ns3::TypeId("sonda::StarChannel")
                                 .SetParent<ns3::SimpleChannel>()
                                 .SetGroupName("Sonda")
                                 .AddConstructor<StarChannel>();
    return tid;
}

std::size_t
StarChannel::PlaceOf(ns3::Mac48Address address) const
{
    const auto found = m_placeOf.find(KeyOf(address));
    return found == m_placeOf.end() ? NOWHERE : found->second;
}

void
StarChannel::Add(ns3::Ptr<ns3::SimpleNetDevice> device)
{
    SimpleChannel::Add(device);
    const auto address = ns3::Mac48Address::ConvertFrom(device->GetAddress());
    const bool isNew = m_placeOf.emplace(KeyOf(address), m_cables.size()).second;
    NS_ABORT_MSG_IF(!isNew, "two devices of a StarChannel have the address " << address);
    NS_ABORT_MSG_IF(!device->GetNode(), "a device joins a StarChannel after it joined its node");
    m_cables.push_back({device, ns3::Time(0), device->GetNode()->GetId()});
}

void
StarChannel::SetCable(ns3::Ptr<ns3::SimpleNetDevice> device, ns3::Time delay)
{
    const auto place = PlaceOf(ns3::Mac48Address::ConvertFrom(device->GetAddress()));
    NS_ABORT_MSG_IF(place == NOWHERE, "SetCable() for a device of another channel");
    m_cables[place].delay = delay;
}

void
StarChannel::Send(ns3::Ptr<ns3::Packet> packet,
                  std::uint16_t protocol,
                  ns3::Mac48Address to,
                  ns3::Mac48Address from,
                  ns3::Ptr<ns3::SimpleNetDevice> sender)
{
    const ns3::Time out = m_cables[PlaceOf(from)].delay;
    const auto deliver = [&](const Cable& cable)
    {
        ns3::Simulator::ScheduleWithContext(cable.node,
                                            out + cable.delay,
                                            &ns3::SimpleNetDevice::Receive,
                                            cable.device,
                                            packet->Copy(),
                                            protocol,
                                            to,
                                            from);
    };
    const auto place = to.IsGroup() ? NOWHERE : PlaceOf(to);
    if (place != NOWHERE)
    {
        deliver(m_cables[place]);
        return;
    }
    for (const auto& cable : m_cables)
    {
        if (cable.device != sender)
        {
            deliver(cable);
        }
    }
}

} // namespace sonda::sim

#include "model/ns3/star-channel.h"
#include "tests/catch.h"

#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/simple-net-device.h"
#include "ns3/simulator.h"

#include <vector>

using namespace sonda::sim;

namespace
{

/** Three devices 1, 2 and 4 ms from the middle of a star. */
class Star
{
  public:
    Star()
    {
        for (int i = 0; i < 3; ++i)
        {
            auto node = ns3::CreateObject<ns3::Node>();
            auto device = ns3::CreateObject<ns3::SimpleNetDevice>();
            device->SetAddress(ns3::Mac48Address::Allocate());
            node->AddDevice(device);
            device->SetChannel(channel);
            channel->SetCable(device, ns3::MilliSeconds(1 << i));
            const ns3::NetDevice::ReceiveCallback receive(
                [this, i](ns3::Ptr<ns3::NetDevice>,
                          ns3::Ptr<const ns3::Packet>,
                          std::uint16_t,
                          const ns3::Address&)
                {
                    heardMs[i].push_back(ns3::Simulator::Now().GetMilliSeconds());
                    return true;
                });
            device->SetReceiveCallback(receive);
            nodes.push_back(node);
            devices.push_back(device);
        }
    }

    ~Star()
    {
        ns3::Simulator::Destroy();
    }

    void
    Send(int from, const ns3::Address& to)
    {
        devices[from]->Send(ns3::Create<ns3::Packet>(100), to, 0x0800);
        ns3::Simulator::Run();
    }

    ns3::Ptr<StarChannel> channel{ns3::CreateObject<StarChannel>()};
    std::vector<ns3::Ptr<ns3::Node>> nodes;
    std::vector<ns3::Ptr<ns3::SimpleNetDevice>> devices;
    std::vector<std::int64_t> heardMs[3];
};

using Times = std::vector<std::int64_t>;

} // namespace

TEST_CASE("a frame to one device reaches that one after both cables", "[star]")
{
    Star star;
    star.Send(0, star.devices[2]->GetAddress());
    CHECK(star.heardMs[0].empty());
    CHECK(star.heardMs[1].empty());
    CHECK(star.heardMs[2] == Times{1 + 4});
}

TEST_CASE("broadcast and multicast reach all but the sender, each in its time", "[star]")
{
    for (const char* address : {"ff:ff:ff:ff:ff:ff", "01:00:5e:08:08:08"})
    {
        Star star;
        star.Send(1, ns3::Mac48Address(address));
        INFO(address);
        CHECK(star.heardMs[0] == Times{2 + 1});
        CHECK(star.heardMs[1].empty());
        CHECK(star.heardMs[2] == Times{2 + 4});
    }
}

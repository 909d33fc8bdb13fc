#include "model/ns3/lan-helper.h"

#include "ns3/arp-cache.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-list-routing-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/simple-channel.h"
#include "ns3/simple-net-device.h"

namespace sonda::sim
{

using namespace ns3;

namespace
{

/** Up to here looking at the ports costs less than the way through a second switch (measured). */
constexpr std::uint32_t SWITCH_PORTS = 1200;

Ptr<SimpleNetDevice>
AddDevice(Ptr<Node> node, Ptr<SimpleChannel> channel)
{
    auto device = CreateObject<SimpleNetDevice>();
    device->SetAddress(Mac48Address::Allocate());
    node->AddDevice(device);
    device->SetChannel(channel);
    return device;
}

/**
 * Without IPv6, which costs and is not used. List routing around the static one, because only it
 * delivers multicast to the host itself.
 */
void
InstallStack(Ptr<Node> node)
{
    InternetStackHelper stack;
    stack.SetIpv6StackInstall(false);
    Ipv4ListRoutingHelper routing;
    routing.Add(Ipv4StaticRoutingHelper(), 0);
    stack.SetRoutingHelper(routing);
    stack.Install(node);
}

void
Introduce(const LanHost& who, const LanHost& toWhom)
{
    auto ip = toWhom.node->GetObject<Ipv4L3Protocol>();
    auto cache = ip->GetInterface(ip->GetInterfaceForDevice(toWhom.device))->GetArpCache();
    if (cache->Lookup(who.address) != nullptr)
    {
        return;
    }
    auto entry = cache->Add(who.address);
    entry->SetMacAddress(who.device->GetAddress());
    entry->MarkPermanent();
}

} // namespace

LanHelper::LanHelper()
    : m_centre(MakeSwitch())
{
}

LanHelper::Switch
LanHelper::MakeSwitch()
{
    Switch made{CreateObject<Node>(), CreateObject<BridgeNetDevice>()};
    made.bridge->SetAddress(Mac48Address::Allocate());
    // Where a host is never changes: one that is silent for long need not be looked for again.
    made.bridge->SetAttribute("ExpirationTime", TimeValue(Seconds(1e8)));
    made.node->AddDevice(made.bridge);
    return made;
}

const LanHelper::Switch&
LanHelper::NextSwitch()
{
    if (m_hosts < SWITCH_PORTS)
    {
        return m_centre;
    }
    if (m_hosts % SWITCH_PORTS == 0)
    {
        m_outer = MakeSwitch();
        auto channel = CreateObject<SimpleChannel>();
        m_centre.bridge->AddBridgePort(AddDevice(m_centre.node, channel));
        m_outer.bridge->AddBridgePort(AddDevice(m_outer.node, channel));
    }
    return m_outer;
}

LanHost
LanHelper::AddHost(Time delay)
{
    LanHost host;
    host.delay = delay;
    host.node = CreateObject<Node>();
    auto channel = CreateObject<SimpleChannel>();
    channel->SetAttribute("Delay", TimeValue(delay));
    host.device = AddDevice(host.node, channel);
    const Switch& at = NextSwitch();
    at.bridge->AddBridgePort(AddDevice(at.node, channel));

    InstallStack(host.node);
    ++m_hosts;
    host.address = Ipv4Address((10U << 24) + m_hosts);
    auto ip = host.node->GetObject<Ipv4>();
    const auto interface = ip->AddInterface(host.device);
    ip->AddAddress(interface, Ipv4InterfaceAddress(host.address, Ipv4Mask("255.0.0.0")));
    ip->SetUp(interface);
    Ipv4StaticRoutingHelper().GetStaticRouting(ip)->SetDefaultMulticastRoute(interface);
    return host;
}

void
LanHelper::Acquaint(const LanHost& a, const LanHost& b)
{
    Introduce(a, b);
    Introduce(b, a);
}

} // namespace sonda::sim

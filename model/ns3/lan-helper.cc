#include "model/ns3/lan-helper.h"

#include "ns3/arp-cache.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-list-routing-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/simple-net-device.h"

namespace sonda::sim
{

using namespace ns3;

namespace
{

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
    : m_switch(CreateObject<StarChannel>())
{
}

LanHost
LanHelper::AddHost(Time delay)
{
    LanHost host;
    host.delay = delay;
    host.node = CreateObject<Node>();
    auto device = CreateObject<SimpleNetDevice>();
    device->SetAddress(Mac48Address::Allocate());
    host.node->AddDevice(device);
    device->SetChannel(m_switch);
    m_switch->SetCable(device, delay);
    host.device = device;

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

#!/usr/bin/env bash
# Guess: a connect() of ns-3's TCP to a port where nobody listens fails after one round trip, by the callback that
# SetConnectCallback() takes for it: the SYN is answered with RST and ACK, as in RFC 9293 3.5.2, upon which Linux says
# "Connection refused". But TcpSocketBase "ignores ACK in SYN_SENT", whatever other flag stands beside it. The callback comes
# when the last of six SYNs, each wait twice the one before, was not answered: after more than three minutes with the default
# timeout of 3 s. A simulated load balancer that goes to the next server when one refuses waits that long instead.
#
# The refusal can be heard in the socket's trace source Rx.
#
# Needs g++, pkgconf, libns3-dev, libgsl-dev. Seen with Debian's 3.37-2 (12) and 3.43-2 (13).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
dpkg-query -W -f '${Package} ${Version}\n' libns3-dev
cat >"$folder/try.cc" <<'CC'
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include <cstdio>
using namespace ns3;

static double g_reset = -1;
static double g_failed = -1;

int
main()
{
    NodeContainer nodes(2);
    auto channel = CreateObject<SimpleChannel>();
    channel->SetAttribute("Delay", TimeValue(MilliSeconds(5)));
    SimpleNetDeviceHelper helper;
    auto devices = helper.Install(nodes, channel);
    InternetStackHelper().Install(nodes);
    Ipv4AddressHelper addresses("10.0.0.0", "255.0.0.0");
    const auto interfaces = addresses.Assign(devices);
    auto socket = Socket::CreateSocket(nodes.Get(0), TcpSocketFactory::GetTypeId());
    socket->SetConnectCallback(MakeNullCallback<void, Ptr<Socket>>(),
                               Callback<void, Ptr<Socket>>([](Ptr<Socket>) {
                                   g_failed = Simulator::Now().GetSeconds();
                               }));
    socket->TraceConnectWithoutContext(
        "Rx",
        Callback<void, Ptr<const Packet>, const TcpHeader&, Ptr<const TcpSocketBase>>(
            [](Ptr<const Packet>, const TcpHeader& header, Ptr<const TcpSocketBase>) {
                if (g_reset < 0 && (header.GetFlags() & TcpHeader::RST))
                {
                    g_reset = Simulator::Now().GetSeconds();
                }
            }));
    socket->Bind();
    socket->Connect(InetSocketAddress(interfaces.GetAddress(1), 80)); // nobody listens
    Simulator::Run();
    std::printf("the reset arrived after %.3f s, the connect failed after %.3f s\n", g_reset, g_failed);
    Simulator::Destroy();
    return g_reset > 0 && g_reset < 0.1 && g_failed > 100 ? 0 : 1;
}
CC
version=$(pkg-config --modversion ns3-core)
case $version in 3.3* | 3.40) standard=c++17 ;; *) standard=c++20 ;; esac
# shellcheck disable=SC2046  # several words
g++ -std=$standard -w -o "$folder/try" "$folder/try.cc" -Wl,--no-as-needed $(pkg-config --libs ns3-core ns3-internet)
"$folder/try"
echo "as described"

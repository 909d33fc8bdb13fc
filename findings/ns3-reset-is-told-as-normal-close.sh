#!/usr/bin/env bash
# Guess: Socket::SetCloseCallbacks() of ns-3 tells a reset by the peer with its second callback, as its documentation says:
# it "denotes an error corresponding to cases in which a traditional recv() socket call might return -1 (error), such as a
# connection reset". But TcpSocketBase calls it only for what goes wrong at its own end; when a RST arrives it calls the
# first one, "the remote side has gracefully shut down the connection". And once the peer has sent its FIN, a RST that
# follows is told by neither. An application that counts failures by the second callback counts none: a server that drops
# all connections looks like one that answers them all at once.
#
# A reset can be heard in the socket's trace source Rx.
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

static int g_normal;
static int g_error;
static int g_resets;
static bool g_endFirst;
static Ptr<Socket> g_accepted;

static void
Send(Ptr<Socket> socket)
{
    socket->Send(Create<Packet>(100));
}

static bool
Try(bool endFirst)
{
    g_normal = g_error = g_resets = 0;
    g_endFirst = endFirst;
    NodeContainer nodes(2);
    auto channel = CreateObject<SimpleChannel>();
    channel->SetAttribute("Delay", TimeValue(MilliSeconds(5)));
    SimpleNetDeviceHelper helper;
    auto devices = helper.Install(nodes, channel);
    InternetStackHelper().Install(nodes);
    Ipv4AddressHelper addresses("10.0.0.0", "255.0.0.0");
    const auto interfaces = addresses.Assign(devices);
    auto listener = Socket::CreateSocket(nodes.Get(1), TcpSocketFactory::GetTypeId());
    listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), 80));
    listener->Listen();
    listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                Callback<void, Ptr<Socket>, const Address&>([](Ptr<Socket> accepted, const Address&) {
                                    g_accepted = accepted;
                                    if (g_endFirst)
                                    {
                                        accepted->ShutdownSend();
                                    }
                                }));
    auto socket = Socket::CreateSocket(nodes.Get(0), TcpSocketFactory::GetTypeId());
    socket->SetCloseCallbacks(Callback<void, Ptr<Socket>>([](Ptr<Socket>) { ++g_normal; }),
                              Callback<void, Ptr<Socket>>([](Ptr<Socket>) { ++g_error; }));
    socket->TraceConnectWithoutContext(
        "Rx",
        Callback<void, Ptr<const Packet>, const TcpHeader&, Ptr<const TcpSocketBase>>(
            [](Ptr<const Packet>, const TcpHeader& header, Ptr<const TcpSocketBase>) {
                g_resets += (header.GetFlags() & TcpHeader::RST) != 0;
            }));
    socket->Bind();
    socket->Connect(InetSocketAddress(interfaces.GetAddress(1), 80));
    Simulator::Schedule(MilliSeconds(50), &Send, socket);
    // What was sent is not read, so the stack resets.
    Simulator::Schedule(MilliSeconds(100), [] { g_accepted->Close(); });
    Simulator::Schedule(MilliSeconds(90), [endFirst] {
        std::printf("%s the reset: normal %d, error %d\n", endFirst ? "FIN first, before" : "before", g_normal, g_error);
    });
    Simulator::Run();
    std::printf("after %d reset(s): normal %d, error %d\n", g_resets, g_normal, g_error);
    g_accepted = nullptr;
    Simulator::Destroy();
    // One call for the reset without, and for the FIN with it; none for a reset after the FIN.
    return g_resets == 1 && g_normal == 1 && g_error == 0;
}

int
main()
{
    const bool plain = Try(false);
    const bool afterEnd = Try(true);
    return plain && afterEnd ? 0 : 1;
}
CC
version=$(pkg-config --modversion ns3-core)
case $version in 3.3* | 3.40) standard=c++17 ;; *) standard=c++20 ;; esac
# shellcheck disable=SC2046  # several words
g++ -std=$standard -w -o "$folder/try" "$folder/try.cc" -Wl,--no-as-needed $(pkg-config --libs ns3-core ns3-internet)
"$folder/try"
echo "as described"

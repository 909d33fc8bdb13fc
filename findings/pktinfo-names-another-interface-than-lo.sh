#!/bin/sh
# Guess: for a datagram that a host sends to one of its own addresses, IP_PKTINFO says that it came by
# lo, as it does: tcpdump and the counters of lo show it there. So a server can tell by the index
# whether a datagram comes from its own host.
#
# Seen (Linux 6.18): ipi_ifindex is the interface that has the destination address, though
# nothing ever went through it; IPv6 (IPV6_RECVPKTINFO) does the same. Only what is sent to a loopback
# address is said to have come by lo. So "came by lo" cannot be asked of the kernel for other
# addresses; what tells is a loopback source, which the kernel drops on all other interfaces
# (unless route_localnet is set).
#
# Needs: iproute2, python3, util-linux; makes a network namespace of its own (root, or user
# namespaces). Exits with 1 if this has changed.
set -eu
uname -sr
[ "$(id -u)" = 0 ] && space="unshare -n" || space="unshare -rn"
exec $space sh -c '
ip link set lo up
ip link add d0 type veth peer name d1
ip addr add 10.99.0.1/24 dev d0
ip addr add fd00:99::1/64 dev d0 nodad
ip link set d0 up
exec python3 - <<"EOF"
import json, socket, struct, subprocess, sys

def packets(name):
    text = subprocess.run(["ip", "-s", "-j", "link", "show", name], capture_output=True, check=True).stdout
    return json.loads(text)[0]["stats64"]["rx"]["packets"]

def arrival(family, address):
    """The interface that the kernel names for a datagram to the own address, and where it was counted."""
    server = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET:
        server.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_PKTINFO", 8), 1)
    else:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    server.bind((address, 0))
    before = {name: packets(name) for name in ("lo", "d0")}
    client = socket.socket(family, socket.SOCK_DGRAM)
    client.sendto(b"x", server.getsockname())
    _, parts, _, _ = server.recvmsg(10, 200)
    index = [struct.unpack("i", data[:4] if family == socket.AF_INET else data[16:20])[0] for _, _, data in parts][0]
    counted = [name for name in before if packets(name) > before[name]]
    print(f"to {address}: IP_PKTINFO says {socket.if_indextoname(index)}, counted by {counted}")
    return socket.if_indextoname(index), counted

seen = [arrival(socket.AF_INET, "10.99.0.1"), arrival(socket.AF_INET6, "fd00:99::1"),
        arrival(socket.AF_INET, "127.0.0.1"), arrival(socket.AF_INET6, "::1")]
sys.exit(0 if seen == [("d0", ["lo"])] * 2 + [("lo", ["lo"])] * 2 else 1)
EOF'

#!/bin/sh
# My guess: a program that dumps the routes once and then follows RTMGRP_IPV4_ROUTE (RTM_NEWROUTE,
# RTM_DELROUTE) knows at any time which default route there is. IPv6 works like that.
#
# What happens: when a link goes down, or loses its address, the kernel takes the IPv4 routes by it
# away without any message of the route group; only link and address are told of. A program that
# follows routes alone believes for ever in a default route that is gone. It has to read the routes
# again whenever a link or an address changes.
#
# Needs root and Debian's iproute2 (seen with 6.1.0-3 and Linux 6.18). Exit 1: it is different now.
set -eu
space=finding-routes-$$
told=$(mktemp)
trap 'ip netns del $space 2>/dev/null || true; rm -f "$told"' EXIT
echo "$(ip -V), Linux $(uname -r)"

ip netns add $space
ip -n $space link add va type veth peer name vb
ip -n $space link set vb up
ip -n $space addr add 10.9.0.1/24 dev va
ip -n $space addr add fd00:9::1/64 dev va nodad
ip -n $space link set va up
ip -n $space route add default via 10.9.0.2
ip -n $space -6 route add default via fd00:9::2

ip netns exec $space ip monitor route > "$told" &
monitor=$!
# It listens once it tells of a change that is made for that.
until grep -q 198.51.100 "$told"; do
    ip -n $space route replace unreachable 198.51.100.0/24
    ip -n $space route del unreachable 198.51.100.0/24
done
ip -n $space link set va down
until grep -q "Deleted default via fd00:9::2" "$told"; do
    kill -0 $monitor
done
ip -n $space route replace unreachable 203.0.113.0/24 # behind everything else
until grep -q 203.0.113 "$told"; do
    kill -0 $monitor
done
kill $monitor

left=$(ip -n $space -4 route show default)
echo "IPv4 default route that is left: ${left:-none}"
echo "told of IPv4: $(grep -c 'Deleted default via 10.9.0.2' "$told" || true) time(s)," \
    "of IPv6: $(grep -c 'Deleted default via fd00:9::2' "$told") time(s)"
[ -z "$left" ] && ! grep -q "Deleted default via 10.9.0.2" "$told"

#!/bin/sh
# My guess: RTM_DELLINK in the netlink group RTMGRP_LINK means that the link is no more, so that a
# program may forget its index and close what it has open there.
#
# What happens: when a link merely leaves a bridge, the kernel sends RTM_DELLINK with its name and
# index, too: of the family AF_BRIDGE, told by ifi_family alone. The link is there as before. Only
# a message of the family AF_UNSPEC is about the link itself.
#
# Needs root and Debian's iproute2 (seen with 6.1.0-3 and Linux 6.18). Exit 1: it is different now.
set -eu
space=finding-bridge-$$
told=$(mktemp)
trap 'ip netns del $space 2>/dev/null || true; rm -f "$told"' EXIT
echo "$(ip -V), Linux $(uname -r)"

ip netns add $space
ip -n $space link add va type veth peer name vb
ip -n $space link add br0 type bridge
ip -n $space link set va master br0
before=$(ip -n $space -o link show dev va | cut -d: -f1)

ip netns exec $space ip -o monitor link > "$told" &
monitor=$!
until grep -q br0 "$told"; do # it listens
    ip -n $space link set br0 up
    ip -n $space link set br0 down
done
ip -n $space link set va nomaster
ip -n $space link add last type bridge # behind everything else
until grep -q " last:" "$told"; do
    kill -0 $monitor
done
kill $monitor

after=$(ip -n $space -o link show dev va | cut -d: -f1)
echo "told: $(grep -m 1 '^Deleted' "$told" || echo 'no link deleted')"
echo "index of the link before: $before, after: $after"
grep -q '^Deleted .*va@vb' "$told" && [ "$before" = "$after" ]

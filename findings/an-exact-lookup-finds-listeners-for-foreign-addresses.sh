#!/usr/bin/env bash
# Guess: asked by sock_diag (without NLM_F_DUMP) for the socket of an address and port, the kernel finds the one with just that
# address and port, as the request's structure has both ends of a connection. It looks up who would take a packet, so a request with
# no peer finds listeners, also of the wildcard address, IPv4 ones on a dual-stack [::] included, and without the walk through the
# whole table that every dump costs. But it does not look whether the address is one of this machine: a wildcard listener is found
# for addresses of other hosts, whose packets would be forwarded past it; RTM_GETROUTE tells that.
#
# Needs python3 and ip (iproute2); no root. Seen with Linux 6.18.
set -euo pipefail
uname -sr
python3 - <<'PY'
import socket, struct, sys

NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, NLMSG_ERROR = 4, 20, 1, 2


def find(address, port):
    """State of the socket that the kernel finds, or an errno as a negative number."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as netlink:
        identity = struct.pack("!HH", port, 0) + socket.inet_aton(address).ljust(32, b"\0") + struct.pack("=III", 0, ~0 % 2**32, ~0 % 2**32)
        body = struct.pack("=BBBBI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF) + identity
        netlink.send(struct.pack("=IHHII", 16 + len(body), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 0, 0) + body)
        answer = netlink.recv(8192)
    if struct.unpack_from("=H", answer, 4)[0] == NLMSG_ERROR:
        return struct.unpack_from("=i", answer, 16)[0]
    return answer[17]


LISTEN, ENOENT = 10, 2
with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listener:
    port = listener.getsockname()[1]
    found = {address: find(address, port) for address in ("127.0.0.1", "127.8.7.6", "192.0.2.1")}
closed = find("127.0.0.1", port)
print(f"a listener at [::]:{port} is found for {found} (10 is LISTEN); when it is closed: {closed}")
sys.exit(0 if set(found.values()) == {LISTEN} and closed == -ENOENT else 1)
PY
if ip route get 192.0.2.1 2>/dev/null | grep -q '^local'; then
  echo "192.0.2.1 is an address of this machine: not what is meant to be shown"
  exit 1
fi
echo "as described"

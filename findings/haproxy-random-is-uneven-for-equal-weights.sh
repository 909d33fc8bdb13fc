#!/bin/sh
# The guess: `balance random(1)` gives two servers of equal weight half of the connections each.
#
# What HAProxy does: a draw is a random place on its consistent-hash ring, and the nearest point wins. A server has 16
# points for each unit of weight, at fixed hashes of its number. With the default weight of 1 that is 16 arcs each,
# and their sums are as they fall: the first of two servers gets 43 % and the second 57 %, always, whatever their
# names and addresses; random(2), the default, draws from the same ring, so it helps only busy servers. (52 and 48 in
# 3.0, whose hashes are others.) With weight 100 it is near a half. The manual says that random uses the ring, not
# what that does to the shares.
#
# Needs Debian's haproxy (seen with 2.6.12 of Debian 12) and python3. Exit 1 when it behaves otherwise.
set -eu
haproxy -v | head -n 1
major=$(haproxy -v | sed -n '1s/HAProxy version \([0-9]*\).*/\1/p')
folder=$(mktemp -d)
trap 'kill $proxy 2>/dev/null || true; rm -r "$folder"' EXIT
cat > "$folder/conf" <<END
global
  stats socket $folder/admin
defaults
  mode tcp
  timeout connect 5s
  timeout client 5s
  timeout server 5s
listen light
  bind 127.0.6.1:8100
  balance random(1)
  server A 127.0.6.1:8001
  server B 127.0.6.2:8001
listen heavy
  bind 127.0.6.1:8101
  balance random(1)
  server A 127.0.6.1:8001 weight 100
  server B 127.0.6.2:8001 weight 100
END
haproxy -db -f "$folder/conf" &
proxy=$!
python3 - "$major" <<'END'
import socket, sys, threading

PICKS = 20000

def serve(letter, address):
    listening = socket.create_server((address, 8001), backlog=100)
    def answer():
        while True:
            connection, _ = listening.accept()
            connection.sendall(letter)
            connection.close()
    threading.Thread(target=answer, daemon=True).start()

def share(port):
    """Of PICKS connections, one after the other, the part that A got."""
    first = 0
    for _ in range(PICKS):
        with socket.create_connection(("127.0.6.1", port), timeout=10) as client:
            first += client.recv(1) == b"A"
            client.recv(1)
    return first / PICKS

serve(b"A", "127.0.6.1")
serve(b"B", "127.0.6.2")
for _ in range(1000):
    try:
        socket.create_connection(("127.0.6.1", 8100), timeout=10).close()
        break
    except ConnectionRefusedError:
        threading.Event().wait(0.01)
light, heavy = share(8100), share(8101)
print(f"share of the first of two equal servers: {light:.3f} with weight 1 each, {heavy:.3f} with weight 100 each")
# Five standard deviations of a share of 20,000 are 0.018.
if abs(light - (0.431 if sys.argv[1] == "2" else 0.524)) > 0.018 or abs(heavy - 0.5) > 0.03:
    sys.exit("changed: the shares are others now")
END
echo "seen: equal weights of 1 are not equal shares"

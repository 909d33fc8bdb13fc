#!/usr/bin/env bash
# Guess: TCP_USER_TIMEOUT ends a connection whose peer has acknowledged nothing for so long, as tcp(7) says: "the maximum
# amount of time in milliseconds that transmitted data may remain unacknowledged, or buffered data may remain untransmitted
# (due to zero window size) before TCP will forcibly close". A peer that is alive and answers every window probe would be
# safe, one would think from RFC 9293 3.8.6.1: "the sending TCP peer must allow the connection to stay open" while it
# acknowledges. It is the bracket of the manual page that holds: a reader that pauses for longer than the timeout is cut off
# with ETIMEDOUT although its kernel acknowledges every probe. So a relay that sets it to notice vanished hosts cuts off paused
# downloads, too.
#
# Needs python3 (Debian's); loopback only. Seen with Linux 6.18.
set -euo pipefail
uname -sr
python3 - <<'PY'
import select, socket, sys, time

TIMEOUT_S = 2
listener = socket.create_server(("127.0.0.1", 0))
reader = socket.create_connection(listener.getsockname())
writer, _ = listener.accept()
writer.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TIMEOUT_S * 1000)
writer.setblocking(False)
sent = 0
try:
    while True:
        sent += writer.send(b"x" * 65536)
except BlockingIOError:
    pass  # the reader's window is closed now; its kernel lives and answers
poll = select.poll()
poll.register(writer, select.POLLERR)
begin = time.monotonic()
events = poll.poll(30_000)
took = time.monotonic() - begin
error = writer.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
print(f"{sent} bytes buffered, reader idle but alive; after {took:.1f} s: "
      f"{'errno ' + str(error) if events else 'the connection stands'}")
# TIMEOUT_S and a few probes, whose distances double
sys.exit(0 if events and error == 110 and TIMEOUT_S <= took < 15 else 1)
PY
echo "as described"

#!/usr/bin/env bash
# Guess: recv() with MSG_PEEK takes nothing, as recv(2) says ("without removing that data from the queue. Thus, a
# subsequent receive call will return the same data"): when it fails with ECONNRESET, the read that follows fails, too.
# It does not: the peek takes the error, and the next read returns 0, the end of a stream that was closed in order. Who
# peeks at a connection's first bytes (a header of the PROXY protocol, a TLS hello) and leaves the rest to another part
# of the program must hand on the reset; SO_ERROR, POLLERR and the read no longer tell it.
#
# Needs python3; loopback only. Seen with Linux 6.18.
set -euo pipefail
uname -sr
python3 --version
python3 - <<'PY'
import select, socket, struct, sys


def pair():
    """A reader whose peer has sent a reset."""
    listener = socket.create_server(("127.0.0.1", 0))
    writer = socket.create_connection(listener.getsockname())
    reader, _ = listener.accept()
    writer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()
    poll = select.poll()
    poll.register(reader, select.POLLRDHUP)
    if not poll.poll(10_000):
        sys.exit("no reset came")
    return reader


def read(reader, flags=0):
    try:
        return repr(reader.recv(100, flags))
    except OSError as error:
        return type(error).__name__


def errors(reader):
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    return bool(poll.poll(0)[0][1] & select.POLLERR)


plain, peeked = pair(), pair()
before = errors(peeked)
seen = [read(plain), read(peeked, socket.MSG_PEEK), errors(peeked), read(peeked, socket.MSG_PEEK), read(peeked)]
print(f"read: {seen[0]}; peek: {seen[1]} (POLLERR {before} before, {seen[2]} after), again {seen[3]}, then a read: "
      f"{seen[4]}")
sys.exit(0 if before and seen == ["ConnectionResetError", "ConnectionResetError", False, "b''", "b''"] else 1)
PY
echo "as described"

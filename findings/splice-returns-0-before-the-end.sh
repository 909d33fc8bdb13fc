#!/usr/bin/env bash
# Guess: splice() from a TCP socket returns 0 when, as splice(2) says, "there is no data to transfer, and it would not make
# sense to block", that is at the end of the stream. It also returns 0 when an urgent mark is next and the peer's end has
# arrived already: recv() then still returns everything from the mark on. A relay that takes the 0 for the end loses these bytes.
#
# Needs python3 (3.10 or newer has os.splice); loopback only. Seen with Linux 6.18.
set -euo pipefail
uname -sr
python3 - <<'PY'
import os, socket, sys

listener = socket.create_server(("127.0.0.1", 0))
writer = socket.create_connection(listener.getsockname())
reader, _ = listener.accept()
reader.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
writer.sendall(b"a" * 1000)
writer.send(b"b", socket.MSG_OOB)
writer.sendall(b"c" * 50)
writer.shutdown(socket.SHUT_WR)
while len(reader.recv(2000, socket.MSG_PEEK)) < 1000:
    pass
_, out = pipe = os.pipe()
spliced = []
while (n := os.splice(reader.fileno(), out, 65536, flags=0)) > 0:
    spliced.append(n)
rest = b""
while data := reader.recv(65536):
    rest += data
print(f"splice() returned {spliced} and then 0; recv() still found {len(rest)} bytes: {rest[:1]!r}...")
sys.exit(0 if sum(spliced) == 1000 and rest == b"b" + b"c" * 50 else 1)
PY
echo "as described"

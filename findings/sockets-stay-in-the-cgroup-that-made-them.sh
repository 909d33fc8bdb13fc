#!/usr/bin/env bash
# Guess: the cgroup that the kernel tells of a TCP socket (ss --cgroup, INET_DIAG_CGROUP_ID) is that of the process that has it,
# so a connection belongs to the cgroup of the server that accepted it. It is the cgroup in which the *listener* was made, for the
# listener and for every connection that is ever accepted from it, whoever accepts it: a process that moves on leaves its sockets
# behind. What a service manager listens for on behalf of a service is the manager's (/init.scope), connections included.
#
# Needs root, a mounted cgroup 2, python3 and ss (iproute2 5.7 or newer). Seen with Linux 6.18, iproute2 6.1.0.
set -euo pipefail
uname -sr
ss -V
root=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
made="$root/finding-made-$$" moved="$root/finding-moved-$$"
mkdir "$made" "$moved"
trap 'rmdir "$made" "$moved"' EXIT
python3 - "$made" "$moved" <<'PY'
import os, re, socket, subprocess, sys

made, moved = sys.argv[1:]


def enter(folder):
    with open(f"{folder}/cgroup.procs", "w") as file:
        file.write(str(os.getpid()))


before = next(line for line in open("/proc/self/cgroup") if line.startswith("0::"))[3:].strip()
enter(made)
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
enter(moved)
client = socket.create_connection(("127.0.0.1", port))
server, _ = listener.accept()
told = subprocess.run(["ss", "-tanH", "--cgroup", f"sport = :{port}"], check=True, capture_output=True, text=True).stdout
groups = {line.split()[0]: re.search(r"cgroup:(\S+)", line)[1] for line in told.splitlines()}
enter(f"{os.path.dirname(made)}{before}".rstrip("/"))
print(f"the process is in {os.path.basename(moved)}; its sockets are told to be in {groups}")
sys.exit(0 if groups == {"LISTEN": "/" + os.path.basename(made), "ESTAB": "/" + os.path.basename(made)} else 1)
PY
echo "as described"

"""What tests look up of a proxy."""
import os


def agent_of(state, name):
    return next(a for a in state["agents"] if a["id"] == name)


def own_sockets(pid):
    """The lines of the kernel's TCP table that belong to a process."""
    inodes = set()
    for entry in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{entry}")
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    with open("/proc/net/tcp") as table:
        return [line for line in list(table)[1:] if line.split()[9] in inodes]

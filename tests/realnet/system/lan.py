"""A LAN of network namespaces for tests: one per host, on a bridge in a namespace of its own."""
import contextlib
import ctypes
import os
import shutil
import subprocess

import pytest
from programs import Program, run


def require_namespaces():
    """Skips the test where namespaces are not allowed; fails where they must be: CI as root."""
    missing = [tool for tool in ("ip", "nginx", "curl") if not shutil.which(tool)]
    why = None
    if os.geteuid() != 0:
        why = "network namespaces need root"
    elif missing:
        why = "not installed: " + ", ".join(missing)
    else:
        name = f"sonda-try-{os.getpid()}"
        made = run(["ip", "netns", "add", name])
        if made.returncode != 0:
            why = "ip netns add: " + made.stderr.strip()
        else:
            # In a container the namespace may be there and yet not be usable.
            used = run(["ip", "-n", name, "link", "add", "br0", "type", "bridge"])
            why = None if used.returncode == 0 else "making a bridge: " + used.stderr.strip()
            run(["ip", "netns", "del", name])
    if why and os.environ.get("CI") == "true" and os.geteuid() == 0:
        pytest.fail(f"network namespaces must work in CI as root: {why}")
    if why:
        pytest.skip(f"SKIPPED, NOT TESTED: {why}")


CLONE_NEWNET = 0x40000000


@contextlib.contextmanager
def inside(space):
    """Sockets that this thread makes meanwhile belong to the namespace of a host, for their life."""
    libc = ctypes.CDLL(None, use_errno=True)

    def enter(path):
        with open(path, "rb") as namespace:
            if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), f"setns {path}")

    with open("/proc/thread-self/ns/net", "rb") as home:
        enter(f"/run/netns/{space}")
        try:
            yield
        finally:
            enter(f"/proc/self/fd/{home.fileno()}")


class Lan:
    """Hosts 10.77.0.N and fd00:77::N on one bridge. stop() ends everything, also what is half made."""

    def __init__(self, folder, leaks=None):
        self.folder = folder
        self.leaks = leaks  # where tests say which proxies are to be looked at
        self.prefix = f"sonda{os.getpid()}"
        self.namespaces = []
        self.programs = []
        self.switch = self._namespace("switch")
        # Without snooping the bridge floods groups: nobody here asks for memberships.
        self.ip(self.switch, "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
        self.ip(self.switch, "link", "set", "br0", "up")

    def ip(self, space, *words):
        """Changes the network of a host."""
        subprocess.run(["ip", "-n", space, *words], check=True, capture_output=True, timeout=20)

    def _namespace(self, name):
        full = f"{self.prefix}-{name}"
        subprocess.run(["ip", "netns", "add", full], check=True, capture_output=True, timeout=20)
        self.namespaces.append(full)
        return full

    def host(self, name, number, is_routed=True):
        """A host with the address 10.77.0.number; routed: a default route by its one interface."""
        space = self._namespace(name)
        self.ip(space, "link", "set", "lo", "up")
        self.plug(space, number, is_routed=is_routed)
        return space

    def cable(self, name, is_plugged):
        """Plugs the cable of a host in, or pulls it out; at its other end nothing is noticed."""
        self.ip(self.switch, "link", "set", f"to-{name}", *(
            ["master", "br0"] if is_plugged else ["nomaster"]))

    def plug(self, space, number, link="eth0", bridge="br0", is_routed=False):
        """Makes an interface of a host, up and with its addresses; also one that was there before."""
        network = {"br0": 77, "br1": 78}[bridge]
        name = space[len(self.prefix) + 1:]
        port = f"to-{name}" if link == "eth0" else f"{link}-{name}"
        self.ip(self.switch, "link", "add", port, "type", "veth", "peer", "name", link,
                 "netns", space)
        self.ip(self.switch, "link", "set", port, "master", bridge, "up")
        self.ip(space, "addr", "add", f"10.{network}.0.{number}/24", "dev", link)
        self.ip(space, "addr", "add", f"fd00:{network}::{number}/64", "dev", link, "nodad")
        self.ip(space, "link", "set", link, "up")
        if is_routed:
            self.ip(space, "route", "add", "default", "dev", link)
            self.ip(space, "-6", "route", "add", "default", "dev", link)

    def unplug(self, space, link="eth0"):
        """Takes an interface away from a host, as pulling a USB adapter does."""
        self.ip(space, "link", "del", link)

    def second_switch(self):
        """The bridge of a second network, 10.78.0.0/24 and fd00:78::/64."""
        self.ip(self.switch, "link", "add", "br1", "type", "bridge", "mcast_snooping", "0")
        self.ip(self.switch, "link", "set", "br1", "up")

    def second_network(self, number, *spaces):
        """A bridge of its own for hosts that exist: eth1, 10.78.0.number and the numbers after it."""
        self.second_switch()
        for at, space in enumerate(spaces, number):
            self.plug(space, at, "eth1", "br1")

    def curl(self, space, url="http://10.77.0.1/"):
        """One request by a host, without retries; returns the answer, and fails if there is none."""
        result = run(["ip", "netns", "exec", space, "curl", "-sS", "--max-time", "10", url])
        assert result.returncode == 0, f"curl: {result.stderr}"
        return result.stdout

    def start(self, space, *command):
        """Runs a program on a host; `ip netns exec` becomes it, so that its pid is the program's."""
        return self.start_here("ip", "netns", "exec", space, *command)

    def start_here(self, *command):
        """Runs a program on no host, to be ended by stop()."""
        program = Program(command)
        self.programs.append(program)
        return program

    def nginx(self, space, name):
        """A real HTTP server on port 80 of a host that answers with the host's name."""
        prefix = self.folder / name
        prefix.mkdir()
        (prefix / "nginx.conf").write_text(f"""
            daemon off;
            master_process off;
            pid {prefix}/pid;
            error_log stderr notice;
            events {{ worker_connections 512; }}
            http {{
                access_log off;
                client_body_temp_path {prefix}/body;
                proxy_temp_path {prefix}/proxy;
                fastcgi_temp_path {prefix}/fastcgi;
                uwsgi_temp_path {prefix}/uwsgi;
                scgi_temp_path {prefix}/scgi;
                server {{ listen 80; listen [::]:80; location / {{ return 200 "{name}\\n"; }} }}
            }}""")
        program = self.start(space, "nginx", "-p", str(prefix), "-e", "stderr",
                             "-c", str(prefix / "nginx.conf"))
        program.wait_line("start|epoll")
        return program

    def stop(self):
        for program in self.programs:
            program.stop()
        for space in reversed(self.namespaces):
            run(["ip", "netns", "del", space])

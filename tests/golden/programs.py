"""The real load balancers: how each is got from Debian, configured, started, and told that a server is away."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from traffic import PORT, Datagrams, Streams, address, soon

_ROOT = Path(tempfile.gettempdir()) / f"golden-packages-{os.getuid()}"
_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def apt_options(suite: str) -> list[str]:
    """What makes apt-get look at that suite of Debian alone, as if nothing was installed; fetches its lists once."""
    folder = _ROOT / suite / "apt"
    options = [f"-oDir::Etc::sourcelist={folder}/sources.list", "-oDir::Etc::sourceparts=/dev/null",
               "-oDir::Etc::preferencesparts=/dev/null", f"-oDir::State::lists={folder}/lists",
               f"-oDir::State::status={folder}/status", f"-oDir::Cache={folder}/cache"]
    if not folder.exists():
        for part in ("lists/partial", "cache/archives/partial"):
            (folder / part).mkdir(parents=True)
        (folder / "sources.list").write_text(f"deb [signed-by={_KEYRING}] http://deb.debian.org/debian {suite} main\n")
        (folder / "status").touch()
        subprocess.run(["apt-get", "-q", *options, "update"], check=True, stdout=subprocess.DEVNULL)
    return options


def free_port() -> int:
    """A port of 127.0.0.1 where nobody listens now, neither with TCP nor with UDP."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        udp.bind(("127.0.0.1", tcp.getsockname()[1]))
        return tcp.getsockname()[1]


class Program:
    """One balancer. A subclass says what is its own; every situation gets a new process and a new folder."""

    package: str
    command: str
    also: tuple[str, ...] = ()  # packages beside it
    traffic = Streams
    http = False

    def __init__(self, method: str, suite: str = "") -> None:
        self.method = method
        self.suite = suite
        installed = None if suite else shutil.which(self.command, path="/usr/sbin:/usr/bin")
        self.root = Path("/") if installed else _ROOT / (suite or "installed") / self.package
        self.binary = installed or self._unpack()

    def _unpack(self) -> str:
        """Gets the package and what it needs (and is not installed), and unpacks them; nothing is installed."""
        root = self.root
        options = apt_options(self.suite) if self.suite else []
        if not root.exists():
            root.mkdir(parents=True)
            plan = subprocess.run(["apt-get", *options, "-s", "--no-install-recommends", "install", self.package, *self.also],
                                  capture_output=True, text=True, check=True).stdout
            names = [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]
            subprocess.run(["apt-get", "-q", *options, "download", *names], cwd=root, check=True, stdout=subprocess.DEVNULL)
            for archive in root.glob("*.deb"):
                subprocess.run(["dpkg", "-x", archive, root], check=True)
        found = shutil.which(self.command, path=f"{root}/usr/sbin:{root}/usr/bin")
        if found is None:
            raise SystemExit(f"{self.package} has no {self.command}")
        return found

    @property
    def version(self) -> str:
        """Debian's version of the package."""
        if self.root == Path("/"):
            return subprocess.run(["dpkg-query", "-W", "-f=${Version}", self.package],
                                  capture_output=True, text=True, check=True).stdout
        (archive,) = self.root.glob(f"{self.package}_*.deb")
        return subprocess.run(["dpkg-deb", "-f", archive, "Version"], capture_output=True, text=True, check=True).stdout.strip()

    @property
    def command_line(self) -> list[str]:
        """What starts the program: where it was unpacked, the loader of its own Debian with the libraries beside it."""
        if self.root == Path("/"):
            return [self.binary]
        libraries = ":".join(str(path) for path in (self.root / "usr/lib").rglob("*") if path.is_dir())
        loaders = list((self.root / "usr/lib").rglob("ld-linux-x86-64.so.2")) or ["/lib64/ld-linux-x86-64.so.2"]
        return [str(loaders[0]), "--library-path", libraries, self.binary]

    def make_traffic(self) -> Streams | Datagrams:
        return Datagrams() if self.traffic is Datagrams else Streams(self.http)

    def arguments(self, folder: Path, port: int, weights: dict[str, int]) -> list[str]:
        """Writes the configuration. Returns what follows the command."""
        raise NotImplementedError

    async def away(self, letter: str, back: bool) -> None:
        """Takes a server out, or back in."""
        raise NotImplementedError

    async def start(self, weights: dict[str, int]) -> int:
        """Starts it. Returns the port on which it listens."""
        self.folder = Path(tempfile.mkdtemp(prefix="golden-"))
        self.port = free_port()
        self.process = subprocess.Popen(
            [*self.command_line, *self.arguments(self.folder, self.port, weights)], cwd=self.folder,
            env={**os.environ, "HOME": str(self.folder)},
            stdout=(self.folder / "out").open("w"), stderr=subprocess.STDOUT)
        await soon(self._listening())
        return self.port

    async def _listening(self) -> None:
        while True:
            if self.process.poll() is not None:
                raise SystemExit(f"{self.package} ended: {(self.folder / 'out').read_text()}")
            listed = Path("/proc/net/tcp").read_text() + Path("/proc/net/udp").read_text()
            if f"0100007F:{self.port:04X} 00000000:0000" in listed:
                return
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def ask(self, path: str | tuple[str, int], text: str) -> str:
        """Sends a command to a control socket. Returns the answer."""
        opening = asyncio.open_unix_connection(path) if isinstance(path, str) else asyncio.open_connection(*path)
        reader, writer = await soon(opening)
        writer.write(text.encode())
        answer = (await soon(reader.read())).decode()
        writer.close()
        return answer


class Haproxy(Program):
    package = command = "haproxy"

    def arguments(self, folder: Path, port: int, weights: dict[str, int]) -> list[str]:
        servers = "".join(f"  server {name} {address(name)}:{PORT} weight {weight}\n" for name, weight in weights.items())
        (folder / "conf").write_text(
            f"global\n  nbthread 1\n  stats socket {folder}/admin level admin\n"
            "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n"
            f"listen l\n  bind 127.0.0.1:{port}\n  balance {self.method}\n{servers}")
        return ["-db", "-f", str(folder / "conf")]

    async def away(self, letter: str, back: bool) -> None:
        answer = await self.ask(str(self.folder / "admin"), f"set server l/{letter} state {'ready' if back else 'maint'}\n")
        assert not answer.strip(), answer


class Nginx(Program):
    package = "nginx"
    command = "nginx"

    also = ("libnginx-mod-stream",)

    def arguments(self, folder: Path, port: int, weights: dict[str, int]) -> list[str]:
        servers = "".join(f"server {address(name)}:{PORT} weight={weight};" for name, weight in weights.items())
        method = "" if self.method == "round robin" else f"{self.method};"
        (folder / "conf").write_text(
            f"load_module {self.root}/usr/lib/nginx/modules/ngx_stream_module.so;\n"
            f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/log;\n"
            f"events {{ worker_connections 4000; }}\n"
            f"stream {{ upstream u {{ {method} {servers} }} server {{ listen 127.0.0.1:{port}; proxy_pass u; }} }}\n")
        return ["-c", str(folder / "conf"), "-e", str(folder / "log")]


class Apache(Program):
    package = "apache2-bin"
    command = "apache2"
    http = True

    def arguments(self, folder: Path, port: int, weights: dict[str, int]) -> list[str]:
        modules = self.root / "usr/lib/apache2/modules"
        names = ("mpm_event", "authz_core", "proxy", "proxy_http", "proxy_balancer", "slotmem_shm",
                 f"lbmethod_{self.method}")
        servers = "".join(f"BalancerMember http://{address(name)}:{PORT} loadfactor={weight}\n"
                          for name, weight in weights.items())
        (folder / "conf").write_text(
            "".join(f"LoadModule {name}_module {modules}/mod_{name}.so\n" for name in names)
            + f"ServerName golden\nServerRoot {folder}\nPidFile {folder}/pid\nErrorLog {folder}/log\n"
              f"DefaultRuntimeDir {folder}\nListen 127.0.0.1:{port}\nServerLimit 1\nThreadsPerChild 100\nThreadLimit 100\n"
              f"MaxRequestWorkers 100\nStartServers 1\nMinSpareThreads 1\nMaxSpareThreads 100\n"
              f"<Proxy balancer://b>\n{servers}ProxySet lbmethod={self.method}\n</Proxy>\n"
              "ProxyPass /manager !\nProxyPass / balancer://b/\n<Location /manager>\nSetHandler balancer-manager\n</Location>\n")
        return ["-X", "-f", str(folder / "conf")]

    async def away(self, letter: str, back: bool) -> None:
        host = "Host: golden\r\nConnection: close\r\n"
        page = await self.ask(("127.0.0.1", self.port), f"GET /manager HTTP/1.1\r\n{host}\r\n")
        nonce = page.split("nonce=", 1)[1].split('"')[0].split("&")[0]
        body = f"b=b&w=http://{address(letter)}:{PORT}&nonce={nonce}&w_status_D={0 if back else 1}"
        answer = await self.ask(
            ("127.0.0.1", self.port),
            f"POST /manager HTTP/1.1\r\n{host}Referer: http://golden/manager\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}")
        assert answer.startswith("HTTP/1.1 200"), answer


class Dnsdist(Program):
    package = command = "dnsdist"
    traffic = Datagrams

    def arguments(self, folder: Path, port: int, weights: dict[str, int]) -> list[str]:
        servers = "".join(f"newServer{{address='{address(name)}:{PORT}', name='{name}', weight={weight}, sockets=1}}\n" for name, weight in weights.items())
        self.control = free_port()
        method, _, factor = self.method.partition(" ")
        bound = f"setWeightedBalancingFactor({factor})\n" if factor else ""
        (folder / "conf").write_text(
            f"setLocal('127.0.0.1:{port}')\nsetVerboseHealthChecks(false)\nsetServerPolicy({method})\n{bound}"
            f"controlSocket('127.0.0.1:{self.control}')\nsetKey('MXNeLFWHUe4363BBKrY06cAsH8NWNb+Se2eXU5+Bb74=')\n"
            + servers + "".join(f"getServer({i}):setUp()\n" for i in range(len(weights))))
        return ["--supervised", "--disable-syslog", "-C", str(folder / "conf")]

    async def away(self, letter: str, back: bool) -> None:
        number = ord(letter) - ord("A")
        process = await asyncio.create_subprocess_exec(
            *self.command_line, "-C", str(self.folder / "conf"), "-c", f"127.0.0.1:{self.control}", "-e",
            f"getServer({number}):{'setUp' if back else 'setDown'}()", env={**os.environ, "HOME": str(self.folder)})
        assert await soon(process.wait()) == 0


class Caddy(Program):
    package = command = "caddy"
    http = True

    def arguments(self, folder: Path, port: int, weights: dict[str, int]) -> list[str]:
        servers = " ".join(f"{address(name)}:{PORT}" for name in weights)
        (folder / "Caddyfile").write_text(
            f"{{\n  admin off\n  auto_https off\n}}\nhttp://127.0.0.1:{port}, http://golden:{port} {{\n  bind 127.0.0.1\n"
            f"  reverse_proxy {servers} {{\n    lb_policy {self.method}\n    transport http {{\n      keepalive off\n    }}\n  }}\n}}\n")
        return ["run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


class Lighttpd(Program):
    package = command = "lighttpd"
    http = True

    def arguments(self, folder: Path, port: int, weights: dict[str, int]) -> list[str]:
        servers = ",".join(f'( "host" => "{address(name)}", "port" => {PORT} )' for name in weights)
        (folder / "conf").write_text(
            f'server.document-root = "{folder}"\nserver.port = {port}\nserver.bind = "127.0.0.1"\n'
            f'server.modules = ( "mod_proxy" )\nserver.errorlog = "{folder}/log"\n'
            f'proxy.balance = "{self.method}"\nproxy.server = ( "" => ( {servers} ) )\n')
        return ["-D", "-f", str(folder / "conf"), "-m", f"{self.root}/usr/lib/lighttpd"]


class Pen(Program):
    package = command = "pen"

    def arguments(self, folder: Path, port: int, weights: dict[str, int]) -> list[str]:
        options = {"round robin": ["-r"], "least": ["-r", "-b", "1"]}[self.method]
        servers = [f"{address(name)}:{PORT}" for name in weights]
        return ["-f", *options, "-S", str(len(servers) + 1), f"127.0.0.1:{port}", *servers]


PROGRAMS = {"haproxy": Haproxy, "nginx": Nginx, "apache": Apache, "dnsdist": Dnsdist, "caddy": Caddy, "lighttpd": Lighttpd,
            "pen": Pen}

"""A private ssh server on loopback with throw-away keys, and names under which a client reaches it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

DEADLINE_S = 30
_PAUSE_S = 0.05


def find_sshd() -> str | None:
    """sshd is in a folder that is not on every user's PATH."""
    return shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin")


class LoopbackSsh:
    """`names` all lead to this machine; what runs there has `environment` and its own cache folder."""

    def __init__(self, folder: Path, names: tuple[str, ...], environment: dict[str, str]) -> None:
        folder.mkdir()
        self.client_config = folder / "client"
        self.cache = folder / "cache"
        self._log = folder / "sshd.log"
        self._port = _free_port()
        self._made_folder = None
        if os.geteuid() == 0 and not Path("/run/sshd").exists():
            self._made_folder = Path("/run/sshd")  # sshd insists on it when root starts it
            self._made_folder.mkdir(mode=0o755)
        for key in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True)
        variables = {**environment, "XDG_CACHE_HOME": str(self.cache)}
        config = folder / "sshd_config"
        config.write_text(f"""Port {self._port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/user.pub
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
MaxStartups 100
SetEnv {' '.join(f'{name}={value}' for name, value in variables.items())}
""")
        self.client_config.write_text(f"""Host {' '.join(names)}
  HostName 127.0.0.1
  Port {self._port}
  IdentityFile {folder}/user
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known
  StrictHostKeyChecking accept-new
""")
        self._sshd = subprocess.Popen([find_sshd(), "-D", "-f", config, "-E", self._log])

    def __enter__(self) -> LoopbackSsh:
        return self

    def __exit__(self, *_: object) -> None:
        self._sshd.terminate()
        self._sshd.wait(DEADLINE_S)
        if self._made_folder is not None:
            self._made_folder.rmdir()

    def fault(self, name: str) -> str | None:
        """Why one cannot log in; None when one can."""
        deadline = time.monotonic() + DEADLINE_S
        while True:
            tried = subprocess.run(["ssh", "-F", self.client_config, "-o", "BatchMode=yes", name, "true"],
                                   stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            if tried.returncode == 0:
                return None
            starting = "refused" in tried.stderr and self._sshd.poll() is None
            if not starting or time.monotonic() > deadline:
                return f"{tried.stderr.strip()}\n{self._log.read_text() if self._log.exists() else ''}"
            time.sleep(_PAUSE_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

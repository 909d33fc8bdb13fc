"""`--reload`: the running program reads its configuration itself, and says what came of it."""
import base64
import json
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from peers import free_udp_port
from programs import DEADLINE_S, Program, binary, check_sanitizers, run

KEY = "active k1\nkey k1 " + base64.b64encode(bytes(range(32))).decode()


class Service:
    """A program as its unit runs it: with a configuration file and a folder for the running process."""

    def __init__(self, name, folder):
        self.name = name
        self.file = folder / "configuration.json"
        self.folder = folder / "run"
        self.folder.mkdir()
        self.environment = {**os.environ, "RUNTIME_DIRECTORY": str(self.folder)}
        self.basic = {"interface": "lo", "port": free_udp_port()}
        self.basic.update({"listen": ["127.0.0.1:0"], "admin": "off"} if name == "sonda-proxy" else {"serve": "80"})
        self.write()
        self.program = self.start()
        self.program.wait_line("listening on|for 127.0.0.1:80")

    def start(self):
        return Program([binary(self.name), "--config", self.file], env=self.environment, cwd=self.file.parent)

    def write(self, **more):
        self.file.write_text(json.dumps({**self.basic, **more}))

    def reload(self, **environment):
        return run([binary(self.name), "--reload"], env={**self.environment, **environment})


@pytest.fixture(params=["sonda-proxy", "sonda-agent"])
def service(request, tmp_path):
    it = Service(request.param, tmp_path)
    yield it
    it.program.stop()
    check_sanitizers([it.program])


def test_a_good_configuration_is_in_force_when_the_answer_comes(service):
    service.write(verbose=True)
    done = service.reload()
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{service.name}: reloaded\n", "")
    service.program.wait_line("info reloaded")


def test_every_problem_is_told_and_nothing_changes(service):
    service.write(prot=1, interface="nosuch0", key_file="/nonexistent")
    done = service.reload()
    assert done.returncode == 1 and done.stdout == ""
    for text in ("prot: is no known key", "interface: ", "key_file: ", "the configuration in force stays"):
        assert any(line.startswith(f"{service.name}: ") and text in line
                   for line in done.stderr.splitlines()), done.stderr
    service.program.wait_line("reload refused")
    service.write()
    assert service.reload().returncode == 0


def test_the_answer_is_that_of_the_running_process(service, tmp_path):
    """What only it sees (a credential, in real life) is read, though the asker does not see it."""
    key = tmp_path / "key"
    key.write_text(KEY + "\n")
    key.chmod(0o600)
    service.write(key_file="key")  # in the running process's folder
    done = run([binary(service.name), "--reload"], env=service.environment, cwd="/")
    assert done.returncode == 0, done.stderr


def test_many_ask_at_a_time(service):
    askers = [subprocess.Popen([binary(service.name), "--reload"], env=service.environment,
                               stdout=subprocess.PIPE, text=True) for _ in range(12)]
    for asker in askers:
        assert asker.communicate(timeout=DEADLINE_S)[0] == f"{service.name}: reloaded\n"
        assert asker.returncode == 0


def test_who_asks_nothing_or_nonsense_holds_nobody_up(service):
    idle = [socket.socket(socket.AF_UNIX) for _ in range(3)]
    for number, client in enumerate(idle):
        client.connect(str(service.folder / "reload"))
        if number:
            client.sendall(b"x" * (1000 if number == 1 else 1) + b"\n")
    assert service.reload().returncode == 0
    for client in idle:
        client.close()


def test_without_a_running_program_it_fails(service, tmp_path):
    done = service.reload(RUNTIME_DIRECTORY=str(tmp_path))
    assert done.returncode == 1
    assert f"reload: no running {service.name} is asked at {tmp_path}/reload: No such file" in done.stderr


def test_what_a_killed_process_left_is_replaced(service):
    service.program.signal(9)
    service.program.wait_end()
    done = service.reload()
    assert done.returncode == 1 and "Connection refused" in done.stderr
    service.program = service.start()
    service.program.wait_line("listening on|for 127.0.0.1:80")
    assert service.reload().returncode == 0


def test_a_second_process_does_not_take_the_place(service):
    second = service.start()
    assert second.wait_end() == 1
    assert "another process answers there" in "\n".join(second.lines)
    assert service.reload().returncode == 0


@pytest.fixture
def public_folder():
    """One that every user reaches, and that is no temporary one."""
    if os.geteuid() != 0:
        pytest.skip("SKIPPED, NOT TESTED: only root can become others")
    folder = Path(tempfile.mkdtemp(prefix="sonda-test-", dir="/run"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["sonda-proxy", "sonda-agent"])
def test_a_stranger_is_not_heard(name, public_folder):
    service = Service(name, public_folder)
    try:
        os.chmod(service.folder, 0o777)
        os.chmod(service.folder / "reload", 0o777)
        client = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
                  "s.sendall(b'reload\\n'); print(s.recv(100))")
        done = run(["setpriv", "--reuid=65534", "--clear-groups", "/usr/bin/python3", "-c", client,
                    service.folder / "reload"])
        assert done.stdout == "b''\n" or "ConnectionResetError" in done.stderr, done.stderr
        assert service.reload().returncode == 0
        service.program.wait_line("info reloaded")
        assert sum("info reloaded" in line for line in service.program.lines) == 1
    finally:
        service.program.stop()
        check_sanitizers([service.program])


@pytest.mark.parametrize("name", ["sonda-proxy", "sonda-agent"])
@pytest.mark.parametrize("place, mode, words", [
    ("key", 0o600, ["cannot read", "Permission denied", "chmod 640"]),
    ("closed/key", 0o640, ["cannot read", "Permission denied"]),
    ("/tmp", 0o600, ["PrivateTmp="]),
    ("/root", 0o600, ["ProtectHome="]),
])
def test_check_warns_of_what_the_service_cannot_read(name, place, mode, words, public_folder):
    """And its exit code stays 0: a service may run as any user."""
    folder = public_folder
    if place.startswith("/"):
        folder = Path(tempfile.mkdtemp(prefix="sonda-test-", dir=place))
        place = "key"
    key = folder / place
    try:
        key.parent.mkdir(mode=0o700, exist_ok=True)
        key.write_text(KEY + "\n")
        key.chmod(mode)
        file = public_folder / "configuration.json"
        file.write_text(json.dumps({"interface": "lo", "key_file": str(key)} |
                                   ({"serve": "80"} if name == "sonda-agent" else {"admin": "off"})))
        done = run([binary(name), "--config", file, "--check"])
        assert done.returncode == 0 and "the configuration is good" in done.stdout, done.stderr
        assert done.stderr.startswith(f"{name}: warning: {file}: key_file: ") and done.stderr.count("\n") == 1
        for word in words:
            assert word in done.stderr
    finally:
        if folder != public_folder:
            shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["sonda-proxy", "sonda-agent"])
def test_check_is_silent_about_what_the_service_can_read(name, public_folder):
    file = public_folder / "configuration.json"
    file.write_text(json.dumps({"interface": "lo"} |
                               ({"serve": "80"} if name == "sonda-agent" else {"admin": "off"})))
    done = run([binary(name), "--config", file, "--check"])
    assert (done.returncode, done.stderr) == (0, "")

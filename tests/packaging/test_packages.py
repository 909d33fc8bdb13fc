"""The Debian packages sonda-agent and sonda-proxy."""
import gzip
import re
import shutil

import pytest

from lan import Lan, require_namespaces
from programs import check_sanitizers, run

NAMES = ["sonda-agent", "sonda-proxy"]
pytestmark = pytest.mark.skipif(not shutil.which("dpkg-deb"),
                                reason="SKIPPED, NOT TESTED: dpkg-deb is not installed")


@pytest.fixture(scope="module")
def root(packages, tmp_path_factory):
    """A folder into which both packages are unpacked, as dpkg would into /."""
    folder = tmp_path_factory.mktemp("root")
    for path in packages.values():
        assert run(["dpkg-deb", "-x", path, folder]).returncode == 0
    return folder


def test_lintian_is_content(packages):
    if not shutil.which("lintian"):
        pytest.skip("SKIPPED, NOT TESTED: lintian is not installed")
    result = run(["lintian", "--allow-root", "--fail-on", "error,warning", *packages.values()], 120)
    assert (result.returncode, result.stdout) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_the_configuration_is_the_administrators(packages, root, name, tmp_path):
    assert run(["dpkg-deb", "-e", packages[name], tmp_path]).returncode == 0
    conffile = "/etc/sonda/" + name.split("-")[1] + ".json"
    assert (tmp_path / "conffiles").read_text() == conffile + "\n"
    for script in ("postinst", "prerm", "postrm"):
        assert run(["sh", "-n", tmp_path / script]).returncode == 0
    # As shipped it is good on every machine with an address.
    result = run([root / "usr/sbin" / name, "--config", str(root) + conffile, "--check",
                  "--interface", "lo"])
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", NAMES)
def test_the_manual_is_that_of_the_program(root, name):
    page = gzip.decompress((root / f"usr/share/man/man8/{name}.8.gz").read_bytes()).decode()
    assert page == run([root / "usr/sbin" / name, "--man"]).stdout


@pytest.mark.parametrize("unit", ["sonda-agent.service", "sonda-proxy.service",
                                  "sonda-proxy.socket"])
def test_systemd_understands_the_units(root, unit, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("SKIPPED, NOT TESTED: systemd-analyze is not installed")
    # The programs are not where they will be; everything else must be as it is.
    for path in (root / "usr/lib/systemd/system").iterdir():
        text = path.read_text().replace("/usr/sbin/", f"{root}/usr/sbin/")
        (tmp_path / path.name).write_text(
            "\n".join(line for line in text.splitlines() if not line.startswith("Documentation")))
    result = run(["systemd-analyze", "verify", tmp_path / unit])
    complaints = [line for line in result.stderr.splitlines() if "sonda" in line]
    assert complaints == []


def test_an_upgrade_finds_the_drain_timeout_covered(root):
    """systemd must not kill a proxy that is still draining."""
    unit = (root / "usr/lib/systemd/system/sonda-proxy.service").read_text()
    stop = int(next(line for line in unit.splitlines()
                    if line.startswith("TimeoutStopSec=")).split("=")[1])
    page = run([root / "usr/sbin/sonda-proxy", "--help"]).stdout
    # CLI11 of Debian 12 writes =30s, that of Debian 13 [30s].
    assert re.search(r"--drain-timeout DURATION ?[=\[]30s", page) and stop > 30


def test_both_start_from_the_packages_and_serve(root, tmp_path):
    require_namespaces()
    lan = Lan(tmp_path)
    try:
        client, server, middle = (lan.host(name, number) for name, number in
                                  (("client", 2), ("web", 11), ("proxy", 1)))
        lan.nginx(server, "web")
        agent = lan.start(server, str(root / "usr/sbin/sonda-agent"),
                          "--config", str(root / "etc/sonda/agent.json"))
        agent.wait_line("for 10.77.0.11:80: group 239.8.8.8:8888 on eth0")
        proxy = lan.start(middle, str(root / "usr/sbin/sonda-proxy"),
                          "--config", str(root / "etc/sonda/proxy.json"))
        proxy.wait_line("agent .* at 10.77.0.11:80: joined")
        assert lan.curl(client) == "web\n"
    finally:
        lan.stop()
        check_sanitizers(lan.programs)


def test_alerts_dashboard_and_pages_come_along(root):
    shared = root / "usr/share/sonda-proxy"
    assert "SondaProxyDown" in (shared / "prometheus/sonda-alerts.yml").read_text()
    assert (shared / "grafana/sonda-proxy.json").stat().st_size > 1000
    for name, pages in (("sonda-proxy", ["operations.md", "monitoring.md"]), ("sonda-agent", ["operations.md"])):
        for page in pages:
            path = root / "usr/share/doc" / name / page
            assert path.exists() or path.with_name(page + ".gz").exists()


@pytest.mark.parametrize("name", NAMES)
def test_the_group_is_the_one_that_the_unit_is_in(root, name):
    unit = (root / f"usr/lib/systemd/system/{name}.service").read_text()
    assert "SupplementaryGroups=sonda\n" in unit
    assert "g sonda " in (root / f"usr/lib/sysusers.d/{name}.conf").read_text()

"""Debian's Prometheus scrapes a running proxy; the alerts and the Grafana dashboard fit what it has."""
import json
import re
import socket
import subprocess
import time
import urllib.parse
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import HERE, fetch, require_tool
from programs import DEADLINE_S, Program, run

SHARE = HERE.parents[2] / "share"
ALERTS = SHARE / "prometheus" / "sonda-alerts.yml"
DASHBOARD = SHARE / "grafana" / "sonda-proxy.json"


def free_tcp_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Prometheus(Program):
    """A Prometheus on loopback that scrapes proxies, every half second unless told otherwise."""

    def __init__(self, folder, *targets, every="500ms"):
        self.url = f"http://127.0.0.1:{free_tcp_port()}"
        config = folder / "prometheus.yml"
        config.write_text(f"""
global: {{scrape_interval: {every}, evaluation_interval: {every}}}
rule_files: ['{ALERTS}']
scrape_configs:
  - job_name: sonda-proxy
    static_configs: [{{targets: {list(targets)}}}]
""")
        super().__init__([require_tool("prometheus"), f"--config.file={config}",
                          f"--storage.tsdb.path={folder / 'data'}",
                          f"--web.listen-address={urlsplit(self.url).netloc}"])
        self.wait_line("Server is ready", deadline_s=60)

    def query(self, expression):
        """The result of an instant query: a list of (labels, value)."""
        status, _, body = fetch(f"{self.url}/api/v1/query?query=" +
                                urllib.parse.quote(expression))
        assert status == 200, f"{expression}: {body}"
        return [(series["metric"], float(series["value"][1]))
                for series in json.loads(body)["data"]["result"]]

    def wait_query(self, expression, condition, deadline_s=DEADLINE_S):
        end = time.monotonic() + deadline_s
        while True:
            result = self.query(expression)
            if condition(result):
                return result
            assert time.monotonic() < end, f"{expression} is {result}"
            time.sleep(0.1)  # between questions; the condition ends the wait


@pytest.fixture
def scraped(world, tmp_path):
    """A proxy with three agents and traffic, and the Prometheus that scrapes it."""
    world.start_fleet(3)
    proxy = world.start_proxy()
    proxy.wait_agents(3)
    traffic = world.traffic(proxy, 100)
    prometheus = world.add(Prometheus(tmp_path, urlsplit(proxy.url).netloc))
    return proxy, traffic, prometheus


def test_what_prometheus_scrapes_is_what_the_proxy_counts(scraped):
    proxy, traffic, prometheus = scraped
    prometheus.wait_query('up{job="sonda-proxy"}', lambda r: r and r[0][1] == 1)
    prometheus.wait_query("rate(sonda_accepted_total[5s])", lambda r: r and r[0][1] > 20)
    traffic.stop()
    counters = proxy.counters()
    prometheus.wait_query("sonda_accepted_total",
                          lambda r: r and r[0][1] == counters["accepted"] == traffic.made)
    picks = prometheus.wait_query("sonda_agent_picks_total",
                                  lambda r: sum(v for _, v in r) == traffic.made)
    assert {labels["agent"]: value for labels, value in picks} == {
        agent["id"]: agent["dispatches"] for agent in counters["agents"]}
    for metric in ("connect", "connection"):
        counts = prometheus.query(f"sonda_agent_{metric}_seconds_count")
        assert sum(value for _, value in counts) == traffic.made, metric
        quantile = prometheus.query(
            f"histogram_quantile(0.5, sum by (le) (sonda_agent_{metric}_seconds_bucket))")
        assert 0 < quantile[0][1] < 5
    rtts = prometheus.query("sonda_agent_probe_rtt_seconds_count")
    assert len(rtts) == 3 and all(value > 0 for _, value in rtts)
    assert prometheus.query("sonda_candidates")[0][1] == 3
    info = prometheus.query("sonda_info")[0][0]
    assert info["formula"] == "connections" and info["policy"] == "best"


def test_the_text_is_well_formed_and_holds_every_counter(world):
    world.start_fleet(2)
    proxy = world.start_proxy()
    proxy.wait_agents(2)
    status, headers, text = proxy.get("/metrics")
    assert status == 200
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    linted = subprocess.run([require_tool("promtool"), "check", "metrics"], input=text, text=True,
                            capture_output=True, timeout=DEADLINE_S, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr
    counters = proxy.counters()
    for key, value in counters.items():
        if isinstance(value, int) and key not in ("open", "backlog"):  # these two go down, too
            assert re.search(rf"^sonda_{key}_total \d", text, re.M), key
    names = re.findall(r"^# TYPE (\S+)", text, re.M)
    assert len(names) == len(set(names))
    document = (HERE.parents[2] / "docs" / "monitoring.md").read_text()
    for name in names:
        counter = name.removeprefix("sonda_").removesuffix("_total")
        assert name in document or counter in counters, f"{name} is not in docs/monitoring.md"


def test_alerts_fire_when_they_should():
    promtool = require_tool("promtool")
    checked = run([promtool, "check", "rules", ALERTS])
    assert checked.returncode == 0, checked.stdout + checked.stderr
    tested = run([promtool, "test", "rules", HERE / "alerts-test.yml"], deadline_s=60)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    document = (HERE.parents[2] / "docs" / "monitoring.md").read_text()
    for alert in re.findall(r"alert: (\S+)", ALERTS.read_text()):
        assert alert in document
        assert alert in (HERE / "alerts-test.yml").read_text()


def test_an_alert_comes_when_no_agent_is_left(world, tmp_path):
    proxy = world.start_proxy("--queue-timeout", "10ms")
    prometheus = world.add(Prometheus(tmp_path, urlsplit(proxy.url).netloc))
    prometheus.wait_query("sonda_no_agent_total", bool)
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=DEADLINE_S) as client:
        with pytest.raises(ConnectionError):
            client.recv(1)
            client.recv(1)
    prometheus.wait_query('ALERTS{alertname="SondaClientsTurnedAway", alertstate="firing"}', bool)
    pending = prometheus.wait_query('ALERTS{alertname="SondaNoCandidates"}', bool)
    assert pending[0][0]["alertstate"] in ("pending", "firing")


def expressions(panel):
    return [target["expr"] for target in panel["targets"]]


def test_every_panel_of_the_dashboard_has_data(scraped):
    proxy, _, prometheus = scraped
    dashboard = json.loads(DASHBOARD.read_text())
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    prometheus.wait_query("rate(sonda_agent_connection_seconds_count[5s])", bool)
    prometheus.wait_query("sonda_window_jain", bool)
    for panel in dashboard["panels"]:
        grid = panel["gridPos"]
        assert grid["x"] + grid["w"] <= 24
        for expression in expressions(panel):
            for name, value in {"$job": "sonda-proxy", "$instance": ".*", "$agent": ".*",
                                "$__rate_interval": "10s"}.items():
                expression = expression.replace(name, value)
            assert "$" not in expression
            if "sonda_refusals_total" not in expression:  # there is none when all is well
                prometheus.wait_query(expression, bool)
    metrics = set(re.findall(r"^(sonda_\w+)", proxy.get("/metrics")[2], re.M))
    used = set(re.findall(r"sonda_\w+", DASHBOARD.read_text() + ALERTS.read_text()))
    assert used - metrics <= {"sonda_refusals_total"}


def test_files_are_small_and_name_no_machine():
    for path in (DASHBOARD, ALERTS):
        text = Path(path).read_text()
        assert len(text) < 100_000
        assert not re.search(r"https?://", text)

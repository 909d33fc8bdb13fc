"""The live page in a real browser: Debian's Chromium, driven by Playwright."""
import re
import signal
from urllib.parse import urlsplit

import pytest
from programs import binary, run

PATIENCE_S = 90  # a browser starts slowly on a busy machine; its own deadlines are shorter


def finish(case):
    """The case must end by itself and well; its lines say what was wrong."""
    code = case.wait_end(PATIENCE_S)
    assert code == 0, "\n".join(case.lines)


@pytest.fixture(autouse=True, scope="module")
def has_page():
    """A build with SONDA_PAGE=OFF has no page to test; test_http.py covers what it has."""
    with open(binary("sonda-proxy"), "rb") as program:
        if b"built without its live page" in program.read():
            pytest.skip("SKIPPED, NOT TESTED: this build has SONDA_PAGE=OFF")


@pytest.mark.parametrize("agents,width", [(4, 1280), (4, 400), (200, 1280), (200, 400)])
def test_rows_change_and_fit(world, browser, agents, width):
    world.start_fleet(agents)
    proxy = world.start_proxy("--formula", "min: (1 + inflight) / cores", interval="1s")
    proxy.wait_agents(agents)
    world.traffic(proxy, 100, keep=5)
    case = browser("rows.mjs", proxy.url, agents, width)
    case.wait_line("DONE", deadline_s=PATIENCE_S)
    finish(case)


def test_stop_kill_and_restart_are_noticed(world, browser):
    world.start_fleet(3)
    proxy = world.start_proxy()
    proxy.wait_agents(3)
    case = browser("restart.mjs", proxy.url)
    case.wait_line("LIVE$", deadline_s=PATIENCE_S)
    proxy.signal(signal.SIGSTOP)
    case.wait_line("STALE", deadline_s=PATIENCE_S)
    proxy.signal(signal.SIGCONT)
    case.wait_line("LIVE AGAIN", deadline_s=PATIENCE_S)
    proxy.signal(signal.SIGKILL)
    proxy.wait_end()
    case.wait_line("LOST", deadline_s=PATIENCE_S)
    world.start_proxy(admin=urlsplit(proxy.url).netloc)
    case.wait_line("BACK", deadline_s=PATIENCE_S)
    finish(case)


def test_states_and_alarm_are_told_in_words(world, browser):
    fleet = world.start_fleet(6, rtt_s=lambda number, _: 1e-3 * (1 + number))
    proxy = world.start_proxy("--formula", "rtt", "--policy", "head", interval="500ms")
    proxy.wait_agents(6)
    fleet.states["web-002"] = "drain"
    world.traffic(proxy, 100)
    case = browser("states.mjs", proxy.url)
    case.wait_line("LIVE", deadline_s=PATIENCE_S)
    fleet.silent.add("web-003")  # dead after 3 intervals, removed after 10: seen in between
    case.wait_line("DONE", deadline_s=PATIENCE_S)
    finish(case)


def test_every_name_of_the_page_is_served(world):
    """What index.html and the modules refer to is inside of the binary."""
    proxy = world.start_proxy()
    seen, left = set(), ["/"]
    while left:
        path = left.pop()
        if path in seen:
            continue
        seen.add(path)
        status, headers, body = proxy.get(path)
        assert status == 200, path
        if path == "/":
            left += re.findall(r'(?:src|href)="(/[^"/]+\.[a-z]+)"', body)
            assert not re.search(r"<script(?![^>]* src=)[^>]*>|<style|style=|onclick=|https?://", body)
        elif path.endswith(".js") and path != "/uplot.js":
            assert headers["Content-Type"].startswith("text/javascript")
            left += ["/" + name for name in re.findall(r"from '\./([^']+)'", body)]
    assert {"/main.js", "/uplot.js", "/page.css", "/uplot.css", "/favicon.svg",
            "/sparkline.js"} <= seen


def test_help_tells_the_default(world):
    assert "127.0.0.1:8404" in run([binary("sonda-proxy"), "--help"]).stdout

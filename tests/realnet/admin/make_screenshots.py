#!/usr/bin/python3
"""Makes the pictures of docs/monitoring.md.

Usage: tests/realnet/admin/make_screenshots.py FOLDER, after ./sonda build. Starts a proxy, agents and
traffic on loopback, and Debian's Chromium; takes about a minute and a half.
"""
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
os.environ.setdefault("SONDA_BIN", str(HERE.parents[2] / "build" / "bin"))
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

from conftest import World, install_browser_modules  # noqa: E402

AGENTS = 12
WINDOWS = 40


def make(folder, name, width, height, scheme, *options):
    """One picture of a proxy with these options."""
    chance = random.Random(7)  # the pictures shall look alike every time
    paths = [chance.uniform(150e-6, 900e-6) for _ in range(AGENTS)]
    idle = [chance.uniform(20, 95) for _ in range(AGENTS)]

    def figures(number, _):
        idle[number] = min(98.0, max(3.0, idle[number] + chance.uniform(-9, 9)))
        return {"RAM": chance.uniform(1e9, 6e9), "ram_total": 8e9, "CPU": round(idle[number], 1),
                "cores": 4 if number % 3 == 0 else 2, "load_1": round(chance.uniform(0, 3), 2)}

    world = World()
    try:
        fleet = world.start_fleet(
            AGENTS, figures=figures,
            rtt_s=lambda number, _: paths[number] * chance.uniform(0.8, 1.7))
        proxy = world.start_proxy(*options, interval="1s")
        proxy.wait_agents(AGENTS)
        world.traffic(proxy, 150, keep=25)
        proxy.wait_state(lambda s: len(s["windows"]) >= WINDOWS - 10, "windows", deadline_s=120)
        fleet.states[fleet.names[4]] = "drain"
        fleet.silent.add(fleet.names[8])
        proxy.wait_state(lambda s: any(a["state"] == "dead" for a in s["agents"]), "a dead agent")
        environment = {**os.environ, "SONDA_CHROMIUM": shutil.which("chromium"),
                       "SONDA_BROWSER_MODULES": str(install_browser_modules())}
        subprocess.run(["node", HERE / "browser" / "screenshot.mjs", proxy.url,
                        folder / f"{name}.png", str(width), str(height), scheme, "20"],
                       env=environment, check=True, timeout=120)
    finally:
        world.stop()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    make(folder, "live-page", 1280, 1640, "light", "--formula", "min: (1 + inflight) / (weight * cores)",
         "--policy", "sample:2")
    make(folder, "live-page-narrow", 400, 1250, "dark", "--formula", "rtt", "--policy", "head")


if __name__ == "__main__":
    main()

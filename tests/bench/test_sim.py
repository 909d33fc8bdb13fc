"""`./sonda bench sim` in small: it measures everything, and its peers simulate what Sonda simulates."""

from __future__ import annotations

import csv
import importlib.util
import statistics
from pathlib import Path

import pytest
from conftest import BIN

from sonda_bench.__main__ import main
from sonda_bench.measure import BenchError, run_measured
from sonda_bench.sim_cases import (PeerCase, Programs, Sample, SondaCase, accepted_fidelities, make_cases,
                                   run_empty_loop)

# Student's t, two-sided 99.9 %, 7 degrees of freedom: eight runs of the peer.
T_7 = 5.408
PEER_RUNS = 8


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_a_tiny_one_measures_every_fidelity_and_every_peer(programs: Programs, tmp_path: Path, capsys) -> None:
    fidelities = list(accepted_fidelities(programs))
    assert {"request", "packet"} <= set(fidelities)
    if importlib.util.find_spec("simpy") is None and "event" in fidelities:
        fidelities.remove("event")  # its peer is not installed
    status = main(["sim", "--rounds=2", "--agents=10", "--scale=0.01", "--clock=cpu", f"--bin={BIN}",
                   f"--out={tmp_path}", f"--fidelities={','.join(fidelities)}"])
    printed = capsys.readouterr().out
    assert status == 0
    cases = {row["case"] for row in rows(tmp_path / "table.csv")}
    assert {f"{name}, 10 agents" for name in fidelities} <= cases and "plain ns-3, 10 agents" in cases
    if "event" in fidelities:
        assert {"event (queues only), 10 agents", "SimPy, 10 agents"} <= cases
    runs = rows(tmp_path / "runs.csv")
    assert {(row["round"], row["size"]) for row in runs} == {(r, s) for r in "12" for s in ("short", "long")}
    assert all(float(row["cpu_s"]) > 0 and float(row["max_rss_bytes"]) > 1e6 for row in runs)
    sonda = [row for row in runs if row["empty_events"]]
    assert all(int(row["events"]) > int(row["requests"]) for row in sonda)
    assert all(float(row["empty_events"]) / float(row["empty_cpu_s"]) > 1e5 for row in sonda)
    assert (tmp_path / "table.md").read_text() == printed
    assert "./sonda bench sim --rounds=2" in printed and "Seconds are of cpu time" in printed
    assert [row["met"] for row in rows(tmp_path / "bars.csv")] == [""] * 8, "10 agents decide no bar"


@pytest.mark.parametrize("arguments, words", [
    (["--rounds", "0"], "--rounds: 0 is not allowed"),
    (["--scale", "0"], "--scale: 0 is not allowed"),
    (["--agents", "10,x"], "--agents: '10,x' is not allowed"),
    (["--fidelities", "request,quantum"], "--fidelities: 'quantum' is not allowed; there are: "),
    (["--fidelities", "packet", "--agents", "2000"], "nothing to measure: packet is measured with up to 1000 agents"),
    (["--bin", "/nowhere"], "/nowhere/sonda-sim: No such file or directory; ./sonda build makes it"),
])
def test_what_is_refused(programs: Programs, arguments: list[str], words: str, capsys) -> None:
    assert main(["sim", f"--bin={BIN}", *arguments]) == 1
    assert words in capsys.readouterr().err


def test_a_program_that_fails_is_told_with_its_words(programs: Programs) -> None:
    with pytest.raises(BenchError, match="there must be 2 agents and 1 request or more"):
        run_measured([str(BIN / "bench-plain-star"), "--agents=1"])


def test_packet_is_measured_up_to_a_thousand_agents_beside_plain_ns3(programs: Programs) -> None:
    names = [case.name for case in make_cases(programs, ["event", "packet"], [10, 1000, 10000], 1)]
    assert names == ["event, 10 agents", "event, 1000 agents", "event, 10000 agents", "event (queues only), 10 agents",
                     "SimPy, 10 agents", "packet, 10 agents", "packet, 1000 agents", "plain ns-3, 1000 agents"]


def test_the_longer_run_lasts_whole_probe_intervals_more(programs: Programs) -> None:
    for agents in (10, 100, 1000, 5000, 10000):
        less, more = SondaCase(programs, "request", agents, 1).durations()
        assert (more - less) % 5 == 0


def test_the_empty_loop_keeps_its_events_waiting(programs: Programs) -> None:
    # The loop lasts so many mean delays that it executes what was asked for if 1000 events wait. The mean of the
    # 4096 delays that were drawn is known within 1/64: five times that.
    loop = run_empty_loop(programs, 1000, 0.1)
    assert abs(loop.events - 200_000) < 5 / 64 * 200_000


def assert_alike(sonda: float, peer: list[float]) -> None:
    """One run of Sonda lies where a further run of the peer would: prediction interval of Student's t."""
    width = T_7 * statistics.stdev(peer) * (1 + 1 / len(peer)) ** 0.5
    print(f"Sonda {sonda:.6f} s, peer {statistics.mean(peer):.6f} ± {width:.6f} s")
    assert abs(sonda - statistics.mean(peer)) < width


def test_simpy_simulates_the_same_queues(programs: Programs, simpy: None) -> None:
    if "event" not in accepted_fidelities(programs):
        pytest.skip("this sonda-sim has no fidelity event")
    requests = 7000  # of SondaCase at 10 agents and a hundredth of its length
    model = (programs.python, str(programs.root / "bench" / "sim" / "simpy_model.py"))
    peer = [PeerCase("SimPy", (*model, f"--seed={seed}"), 10, (1, requests)).run("long") for seed in range(PEER_RUNS)]
    sonda = SondaCase(programs, "event", 10, 0.01, queues_only=True).run("long")
    assert abs(sonda.requests - requests) < 6 * requests**0.5, "Poisson"
    assert_alike(sonda.mean_s, [sample.mean_s for sample in peer])


def test_plain_ns3_simulates_the_same_workload(programs: Programs) -> None:
    requests = 400  # of SondaCase in packet at a tenth of its length
    star = str(programs.bin / "bench-plain-star")
    peer: list[Sample] = [PeerCase("plain ns-3", (star, f"--RngRun={number}"), 10, (1, requests)).run("long")
                          for number in range(1, PEER_RUNS + 1)]
    sonda = SondaCase(programs, "packet", 10, 0.1).run("long")
    assert abs(sonda.requests - requests) < 6 * requests**0.5, "Poisson"
    assert len({sample.mean_s for sample in peer}) == PEER_RUNS, "the runs are independent"
    assert_alike(sonda.mean_s, [sample.mean_s for sample in peer])
    assert 60 < statistics.mean(sample.events / sample.requests for sample in peer) < 160

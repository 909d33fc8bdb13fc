"""The rules hold for the tree, and each of them would notice what it forbids."""

import graphlib
from pathlib import Path

import check_includes
import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_tree_keeps_the_rules():
    assert list(check_includes.violations(ROOT)) == []


def test_the_rules_look_at_the_sources():
    names = {path.relative_to(ROOT).as_posix() for path in check_includes.files(ROOT, "model")}
    assert {"model/base/time.h", "model/control/monitor.cc", "model/embedded-text.cc.in"} <= names
    assert not any(name.startswith("model/ns3/") for name in names)


@pytest.mark.parametrize(
    "path, line",
    [
        ("model/a.h", "#include <sys/socket.h>"),
        ("model/a.h", "#  include <netinet/in.h>"),
        ("model/a.h", "#include <thread>"),
        ("model/a.h", "#include <mutex>"),
        ("model/a.h", "#include <ctime>"),
        ("model/a.h", "#include <asio.hpp>"),
        ("model/a.h", '#include "ns3/simulator.h"'),
        ("model/a.h", "#include <ns3/simulator.h>"),
        ("model/a.cc", "auto t = ns3::Simulator::Now();"),
        ("model/a.cc", "auto t = std::chrono::steady_clock::now();"),
        ("model/a.cc", "auto t = Clock::now ();"),
        ("model/a.cc", "auto t = time(nullptr);"),
        ("model/a.cc", "std::random_device device;"),
        ("model/deep/er/a.cc", '#include "realnet/common/clock.h"'),
        ("model/a.cc", '#include "model/ns3/lan.h"'),
        ("model/ns3/a.cc", "auto t = std::chrono::system_clock::now();"),
        ("model/ns3/a.cc", '#include "realnet/relay/relay-io.h"'),
        ("realnet/proxy/a.cc", '#include "ns3/core-module.h"'),
        ("realnet/a.h", '#include "model/ns3/lan.h"'),
        ("scenarios/a.cc", '#include "realnet/common/clock.h"'),
    ],
)
def test_a_line_that_breaks_a_rule_is_found(tmp_path, path, line):
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(f"/* one\n   two */\n{line}\n", encoding="utf-8")
    found = list(check_includes.violations(tmp_path))
    assert found and found[0].startswith(f"{path}:3: ")


@pytest.mark.parametrize(
    "path, line",
    [
        ("model/a.h", "#include <chrono>"),
        ("model/a.h", "// not from steady_clock::now(), but as a parameter"),
        ("model/a.h", "/* no <thread> here:\n#include <thread>\n*/"),
        ("model/a.h", '#include "model/base/time.h"'),
        ("model/ns3/a.h", '#include "ns3/simulator.h"'),
        ("realnet/a.cc", "#include <sys/socket.h>"),
        ("realnet/a.cc", '#include "model/control/monitor.h"'),
    ],
)
def test_a_line_that_is_allowed_is_not(tmp_path, path, line):
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(line + "\n", encoding="utf-8")
    assert list(check_includes.violations(tmp_path)) == []


def plant(root, files):
    """Writes the sources of a small tree, texts by path."""
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")


def test_the_table_of_folders_has_no_circle():
    for beside in check_includes.BESIDE.values():
        assert set(check_includes.without_circle(beside)) == set(beside)


def test_the_table_names_the_folders_that_there_are():
    for half, beside in check_includes.BESIDE.items():
        assert {path.name for path in (ROOT / half).glob("*/")} == set(beside)


def test_no_arrow_is_allowed_that_nobody_needs():
    there = {(folder, known) for folder, known, _, _ in check_includes.arrows(ROOT, "realnet")}
    allowed = {(folder, known) for folder, names in check_includes.BESIDE["realnet"].items() for known in names}
    assert allowed - there == set()


@pytest.mark.parametrize(
    "files, where",
    [
        (
            {
                "realnet/relay/a.h": '#include "realnet/worker/b.h"',
                "realnet/worker/b.h": '#include "realnet/relay/a.h"',
            },
            "realnet/relay/a.h:1",
        ),
        ({"realnet/common/a.cc": '#include "realnet/proxy/b.h"'}, "realnet/common/a.cc:1"),
        ({"realnet/admin/page/a.cc": "// one\n#include <realnet/agent/b.h>"}, "realnet/admin/page/a.cc:2"),
        ({"realnet/proxy/a.h": '#include "realnet/nowhere/b.h"'}, "realnet/proxy/a.h:1"),
        (
            {
                "model/selection/a.h": '#include "model/connection/b.h"',
                "model/connection/b.h": '#include "model/selection/a.h"',
            },
            "model/selection/a.h:1",
        ),
        ({"model/base/a.h": '#  include "model/table/b.h"'}, "model/base/a.h:1"),
    ],
)
def test_an_arrow_up_is_found_once(tmp_path, files, where):
    plant(tmp_path, files)
    found = list(check_includes.violations(tmp_path))
    assert [line.split(": ")[0] for line in found] == [where]
    assert "is not below it" in found[0]


def test_a_longer_circle_is_found(tmp_path):
    ring = ["common", "relay", "worker", "proxy", "common"]
    plant(tmp_path, {f"realnet/{b}/a.h": f'#include "realnet/{a}/a.h"' for a, b in zip(ring, ring[1:])})
    assert [line.split(": ")[0] for line in check_includes.violations(tmp_path)] == ["realnet/common/a.h:1"]


def test_a_new_folder_must_be_named(tmp_path):
    plant(tmp_path, {"realnet/cellar/a.h": "", "model/attic/b.cc": "", "realnet/notes/read.md": ""})
    assert [line.split(": ")[0] for line in check_includes.violations(tmp_path)] == ["realnet/cellar", "model/attic"]


def test_a_circle_in_the_table_itself_is_refused(tmp_path):
    table = {"realnet": {"a": ["b"], "b": ["c"], "c": ["a"]}}
    with pytest.raises(graphlib.CycleError):
        list(check_includes.violations_beside(tmp_path, table))

"""The rules hold for the tree, and each of them would notice what it forbids."""

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

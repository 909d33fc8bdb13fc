"""Any row of changes of a network, and many at once: in the end all is well again."""
import random
import signal
import subprocess

import pytest
from network_pair import FAMILIES, INTERVAL, Pair, address, endpoint
from programs import binary, run


def test_lost_messages_of_the_kernel_cost_nothing(lan):
    """So many changes while the agent stands still that the kernel drops its word of them."""
    pair = Pair(lan, agent=["--verbose"])
    pair.joined(endpoint(4, 11))
    pair.agent.signal(signal.SIGSTOP)
    lan.ip(pair.web, "link", "add", "dum0", "type", "veth", "peer", "name", "dum1")
    adding = "\n".join(f"addr add 10.{200 + n // 250}.{n % 250}.1/32 dev dum0"
                       for n in range(2000))
    for script in (adding, adding.replace("addr add", "addr del")):
        subprocess.run(["ip", "-n", pair.web, "-batch", "-"], input=script, text=True, check=True,
                       capture_output=True, timeout=60)
    lan.ip(pair.web, "addr", "add", "10.77.0.12/24", "dev", "eth0")
    lan.ip(pair.web, "addr", "del", "10.77.0.11/24", "dev", "eth0")
    pair.agent.signal(signal.SIGCONT)
    pair.agent.wait_line("the kernel lost messages about the network")
    # With its network's first address the second one goes, too.
    lan.ip(pair.web, "addr", "replace", "10.77.0.12/24", "dev", "eth0")
    pair.agent.wait_line(r"agent web is for 10\.77\.0\.12:80 from now on")
    pair.proxy.wait_counters(lambda c: c["agents"][0]["server"] == "10.77.0.12:80")


def test_hundreds_of_addresses(lan):
    web, front = lan.host("web", 11), lan.host("proxy", 1)
    subprocess.run(["ip", "-n", web, "-batch", "-"], check=True, capture_output=True, timeout=60,
                   text=True, input="\n".join(f"addr add 10.77.{1 + n // 200}.{1 + n % 200}/32 "
                                              "dev eth0" for n in range(600)))
    lan.start(web, binary("sonda-agent"), "--id", "web")
    proxy = lan.start(front, binary("sonda-proxy"), "--admin", "off", *INTERVAL)
    proxy.wait_line("agent web at 10.77.0.11:80: joined")


def disturb(lan, space, number, family, dice):
    """One change at random to a host's network; what it finds not there is left alone."""
    length = "64" if family == 6 else "24"
    own, other = (f"{address(family, n)}/{length}" for n in (number, number + 100))
    route = ["-6"] if family == 6 else []
    words = dice.choice([
        ["link", "set", "eth0", "down"], ["link", "set", "eth0", "up"], ["link", "del", "eth0"],
        ["addr", "del", own, "dev", "eth0"], ["addr", "add", own, "dev", "eth0"],
        ["addr", "add", other, "dev", "eth0"], ["addr", "del", other, "dev", "eth0"],
        ["addr", "flush", "dev", "eth0"], ["link", "set", "eth0", "mtu", dice.choice(["1200", "60"])],
        ["link", "set", "eth0", "mtu", "1500"], ["link", "set", "eth0", "name", "lan0"],
        [*route, "route", "del", "default"], [*route, "route", "add", "default", "dev", "eth0"],
        ["link", "set", "eth0", "multicast", dice.choice(["on", "off"])],
    ])
    run(["ip", "-n", space, *words])
    return " ".join(words)


def restore(lan, space, number, anew):
    """Makes a host's network as it was: by another link, or by the same one where that is there."""
    run(["ip", "-n", space, "link", "set", "lan0", "down"])
    run(["ip", "-n", space, "link", "set", "lan0", "name", "eth0"])
    if anew or run(["ip", "-n", space, "link", "show", "eth0"]).returncode != 0:
        run(["ip", "-n", space, "link", "del", "eth0"])
        lan.plug(space, number, is_routed=True)
        return
    lan.ip(space, "link", "set", "eth0", "mtu", "1500", "multicast", "on", "up")
    for family in (4, 6):
        length = "64" if family == 6 else "24"
        run(["ip", "-n", space, "addr", "del", f"{address(family, number + 100)}/{length}",
             "dev", "eth0"])
        lan.ip(space, "addr", "replace", f"{address(family, number)}/{length}", "dev", "eth0",
               *(["nodad"] if family == 6 else []))
        lan.ip(space, *(["-6"] if family == 6 else []), "route", "replace", "default",
               "dev", "eth0")


@FAMILIES
@pytest.mark.parametrize("named", [True, False])
def test_after_any_row_of_changes_all_is_well_again(lan, family, named):
    """Whatever has happened to both hosts' networks: once they are as before, clients are served."""
    seed = random.randrange(10 ** 6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    options = ["--interface", "eth0"] if named else []
    pair = Pair(lan, family, agent=options, proxy=options)
    pair.joined(endpoint(family, 11))
    for _ in range(4):
        for _ in range(dice.randrange(1, 12)):
            space, number = dice.choice([(pair.web, 11), (pair.front, 1)])
            print(f"{number}: {disturb(lan, space, number, family, dice)}")
        for space, number in ((pair.web, 11), (pair.front, 1)):
            restore(lan, space, number, dice.choice([True, False]))
        where = endpoint(family, 11).replace("\\", "")
        pair.proxy.wait_counters(lambda c, where=where: [
            (a["server"], a["freshness"]) for a in c["agents"]] == [(where, "fresh")])
        pair.wait_served()
    assert pair.agent.is_running() and pair.proxy.is_running()

"""How many connections an agent tells, and that those it cannot see are not told."""
import socket

from figures import Prober, print_figures
from peers import free_tcp_port, free_udp_port
from programs import Program, binary


def test_no_connections_are_told_without_a_listener_in_sight(started):
    port, probes = free_tcp_port(), free_udp_port()
    agent = Program([binary("sonda-agent"), "--interface", "lo", "--id", "me", "--serve", f"127.0.0.1:{port}",
                     "--port", str(probes), "--count-period", "1ms"])
    prober = Prober(probes)
    started.extend([agent, prober])
    for _ in range(3):
        assert "inflight" not in prober.ask_until(lambda a: a is not None)
    with socket.create_server(("127.0.0.1", port)):
        assert prober.ask_until(lambda a: a and "inflight" in a)["inflight"] == 0
        agent.wait_line("number of connections is known")
    at = len(agent.lines)
    prober.ask_until(lambda a: a and "inflight" not in a)
    agent.wait_line("connections is not known", after=at)
    assert sum("connections is not known" in line for line in agent.lines) == 2
    # For every address, by IPv6: it takes connections by IPv4, too.
    with socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True):
        prober.ask_until(lambda a: a and a.get("inflight") == 0)


def test_an_address_of_another_namespace_has_no_connections_here():
    with socket.create_server(("0.0.0.0", 0)) as listener:
        port = listener.getsockname()[1]
        code, response, words = print_figures(serve=f"192.0.2.7:{port}")
    assert code == 0 and "inflight" not in response
    assert "192.0.2.7 is not an address of this network namespace" in words


def test_half_closed_connections_are_in_flight():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        pairs = [(socket.create_connection(("127.0.0.1", port)), listener.accept()[0]) for _ in range(40)]
        for client, _ in pairs[:30]:
            client.shutdown(socket.SHUT_WR)
        for _, server in pairs[30:35]:
            server.shutdown(socket.SHUT_WR)
        assert print_figures(serve=f"127.0.0.1:{port}")[1]["inflight"] == 40
        for client, server in pairs[:10]:
            server.close()
            client.close()
        assert print_figures(serve=f"127.0.0.1:{port}")[1]["inflight"] == 30
        for client, server in pairs:
            server.close()
            client.close()


def test_every_change_is_counted(started):
    """The kernel's table is not walked through for each answer, yet none is behind by more than counting pauses."""
    probes = free_udp_port()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        agent = Program([binary("sonda-agent"), "--interface", "lo", "--id", "me", "--serve", f"127.0.0.1:{port}",
                         "--port", str(probes), "--count-period", "1ms"])
        prober = Prober(probes)
        started.extend([agent, prober])
        prober.ask_until(lambda a: a is not None)
        pairs = []
        for turn in range(60):
            if turn % 3 == 2:
                client, server = pairs.pop(0)
                server.close()
                client.close()
            else:
                pairs.append((socket.create_connection(("127.0.0.1", port)), listener.accept()[0]))
            prober.ask_until(lambda a: a and a["inflight"] == len(pairs), deadline_s=3)
        for client, server in pairs:
            client.close()
            server.close()

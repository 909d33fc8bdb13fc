#!/usr/bin/env python3
"""A monitor that speaks only the base form of the protocol: asks once, prints what is answered.

Usage: base_form_monitor.py INTERFACE_ADDRESS GROUP PORT COUNT

Prints one line of JSON per response: the response and the elapsed seconds; ends after COUNT
responses with exit code 0, or after 5 s with exit code 1.
"""
import json
import socket
import sys
import time

interface, group, port, count = sys.argv[1:]
monitor = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
monitor.bind((interface, 0))
monitor.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
start = time.monotonic()
monitor.sendto(b'{"tipo":"probe request"}', (group, int(port)))
for _ in range(int(count)):
    monitor.settimeout(max(0.01, start + 5 - time.monotonic()))
    try:
        data, agent = monitor.recvfrom(2000)
    except socket.timeout:
        sys.exit(1)
    elapsed = time.monotonic() - start
    response = json.loads(data)
    print(json.dumps({"from": agent[0], "elapsed_s": elapsed,
                      "IP": response["IP"], "Door": response["Door"],
                      "RAM": response["RAM"], "CPU": response["CPU"]}), flush=True)

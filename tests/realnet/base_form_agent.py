#!/usr/bin/env python3
"""An agent that speaks only the base form of the protocol: a peer that knows no version 2.

Usage: base_form_agent.py INTERFACE_ADDRESS GROUP PORT SERVER_ADDRESS SERVER_PORT
"""
import json
import random
import socket
import sys
import time

interface, group, port, address, door = sys.argv[1:]
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind((group, int(port)))
server.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                  socket.inet_aton(group) + socket.inet_aton(interface))
print("ready", flush=True)
while True:
    data, monitor = server.recvfrom(2000)
    if json.loads(data).get("tipo") != "probe request":
        continue
    time.sleep(random.uniform(0, 0.02))  # the random wait of the protocol
    response = {"tipo": "probe response", "RAM": 8123456789, "CPU": 93.5,
                "IP": address, "Door": int(door)}
    server.sendto(json.dumps(response).encode(), monitor)

#!/usr/bin/env python3
"""Somebody on a LAN who is up to no good; runs on a host of its own (lan.py).

stranger.py record ADDRESS              prints "PORT HEX" for every probe request to the group
stranger.py send FILE SOURCE SPORT TARGET TPORT PER_SECOND [TIMES]
                                        sends the datagrams of FILE (one in hex a line), with a
                                        forged source where it is another host's
stranger.py answer ADDRESS FILE         answers every request with each PDU of FILE (one a line; the
                                        request's nonce takes the place of NONCE)
stranger.py sweep TARGET FIRST LAST FILE
                                        sends the one datagram of FILE to each port of a host

ADDRESS is the host's own. Every mode but record and answer ends by itself, with the line "done".
"""
import json
import socket
import struct
import sys
import time

GROUP = "239.8.8.8"
PORT = 8888


def group_socket(address):
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own.bind((GROUP, PORT))
    own.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                   socket.inet_aton(GROUP) + socket.inet_aton(address))
    return own


def record(address):
    own = group_socket(address)
    print("ready", flush=True)
    while True:
        datagram, (_, port) = own.recvfrom(2000)
        print(port, datagram.hex(), flush=True)


def answer(address, file):
    own = group_socket(address)
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.bind((address, 0))
    with open(file, encoding="utf-8") as lines:
        pdus = lines.read().splitlines()
    print("ready", flush=True)
    while True:
        datagram, monitor = own.recvfrom(2000)
        nonce = json.loads(datagram.split(b"\n")[0]).get("nonce", "")
        for pdu in pdus:
            out.sendto(pdu.replace("NONCE", nonce).encode(), monitor)


def forged(source, sport, target, tport, payload):
    """A whole IPv4 packet; the kernel fills in length, identification and checksum."""
    udp = struct.pack("!HHHH", sport, tport, 8 + len(payload), 0)
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 1 if target == GROUP else 64,
                       socket.IPPROTO_UDP, 0, socket.inet_aton(source),
                       socket.inet_aton(target)) + udp + payload


def send(file, source, sport, target, tport, per_second, times="1"):
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)
    with open(file, encoding="ascii") as lines:
        datagrams = [bytes.fromhex(line) for line in lines.read().split()]
    begin = time.monotonic()
    for number, datagram in enumerate(datagrams * int(times)):
        # Paced from the begin on, so that the rate is right on a busy machine, too.
        time.sleep(max(0, begin + number / float(per_second) - time.monotonic()))
        raw.sendto(forged(source, int(sport), target, int(tport), datagram), (target, 0))
    print("done", flush=True)


def sweep(target, first, last, file):
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with open(file, "rb") as content:
        datagram = content.read()
    for port in range(int(first), int(last) + 1):
        while True:
            try:
                out.sendto(datagram, (target, port))
                break
            except ConnectionRefusedError:
                pass  # of an earlier port
    print("done", flush=True)


if __name__ == "__main__":
    {"record": record, "send": send, "answer": answer, "sweep": sweep}[sys.argv[1]](*sys.argv[2:])

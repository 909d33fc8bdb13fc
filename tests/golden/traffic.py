"""Servers and clients for recording whom a load balancer picks: one event loop, addresses of loopback, no sleeps.

A server reports each connection (or datagram) that reaches it and answers when it is told to. A client is opened through
the balancer, and is known by the server that it reached.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

DEADLINE_S = 10
PORT = 9000
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"


def address(letter: str) -> str:
    """The address on which the server of that letter listens: A at 127.0.7.1."""
    return f"127.0.7.{ord(letter) - ord('A') + 1}"


async def soon(waited: Any) -> Any:
    """What is waited for. TimeoutError after DEADLINE_S seconds."""
    return await asyncio.wait_for(waited, DEADLINE_S)


@dataclass
class Reached:
    """What reached a server: its letter, and the two ends of the way."""

    letter: str
    server: Any
    client: Any = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Streams:
    """TCP servers. `http`: clients ask and the server answers when the connection is to end; else the client just closes."""

    def __init__(self, http: bool) -> None:
        self._http = http
        self._reached: asyncio.Queue[Reached] = asyncio.Queue()
        self._servers: list[asyncio.Server] = []

    async def start(self, letters: str) -> None:
        for letter in letters:
            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, letter: str = letter) -> None:
                one = Reached(letter, writer)
                try:
                    if self._http:
                        head = await reader.readuntil(b"\r\n\r\n")
                        if not head:
                            return
                    self._reached.put_nowait(one)
                    while await reader.read(1000):
                        pass
                except (ConnectionError, asyncio.IncompleteReadError):
                    pass
                finally:
                    writer.close()
                    one.ended.set()
            self._servers.append(await asyncio.start_server(serve, address(letter), PORT, backlog=1000))

    async def open(self, port: int) -> Reached:
        reader, writer = await soon(asyncio.open_connection("127.0.0.1", port))
        if self._http:
            writer.write(b"GET / HTTP/1.1\r\nHost: golden\r\nConnection: close\r\n\r\n")
        one = await soon(self._reached.get())
        one.client = (reader, writer)
        return one

    async def close(self, one: Reached) -> None:
        reader, writer = one.client
        if self._http:
            one.server.write(_ANSWER)
        else:
            writer.write_eof()
        # To the end, which the balancer tells when it has done with the connection. (Its server sees an end before that.)
        await soon(reader.read())
        writer.close()
        await soon(one.ended.wait())

    async def stop(self) -> None:
        for server in self._servers:
            server.close()


class Datagrams:
    """Name servers that answer when they are told to."""

    def __init__(self) -> None:
        self._reached: asyncio.Queue[Reached] = asyncio.Queue()
        self._transports: list[asyncio.DatagramTransport] = []
        self._number = 0

    async def start(self, letters: str) -> None:
        loop = asyncio.get_running_loop()
        for letter in letters:
            reached = self._reached

            class Server(asyncio.DatagramProtocol):
                def __init__(self, letter: str = letter) -> None:
                    self.letter = letter

                def connection_made(self, transport: Any) -> None:
                    self.transport = transport

                def datagram_received(self, data: bytes, sender: Any) -> None:
                    reached.put_nowait(Reached(self.letter, (self.transport, data, sender)))

            transport, _ = await loop.create_datagram_endpoint(Server, local_addr=(address(letter), PORT))
            self._transports.append(transport)

    async def open(self, port: int) -> Reached:
        answered: asyncio.Queue[bytes] = asyncio.Queue()

        class Client(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, sender: Any) -> None:
                answered.put_nowait(data)

        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            Client, remote_addr=("127.0.0.1", port))
        self._number += 1
        name = f"q{self._number}".encode()
        transport.sendto(self._number.to_bytes(2, "big") + b"\x01\x00\0\1\0\0\0\0\0\0"
                         + bytes([len(name)]) + name + b"\4test\0\0\1\0\1")
        one = await soon(self._reached.get())
        one.client = (transport, answered)
        return one

    async def close(self, one: Reached) -> None:
        server, query, sender = one.server
        server.sendto(query[:2] + b"\x81\x80" + query[4:], sender)
        transport, answered = one.client
        await soon(answered.get())
        transport.close()

    async def stop(self) -> None:
        for transport in self._transports:
            transport.close()

"""A light MQTT 5 client for hundreds of simulated devices in one process: asyncio, QoS 1 only.

Packets after MQTT 5.0 (OASIS, 2019), sections 3.1 to 3.14; of properties only the length is read.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

_CONNECT: Final = 0x10
_CONNACK: Final = 2
_PUBLISH: Final = 3
_SUBACK: Final = 9
_KEEP_ALIVE: Final = 60


class Gone(Exception):
    """The connection has ended; the text says why."""


@dataclass(frozen=True, slots=True)
class Message:
    topic: str
    payload: bytes


class Client:
    """One connection, from `connected` until Gone is raised or `close`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ids = 0

    @classmethod
    async def connected(cls, port: int, name: str, topics: tuple[str, ...]) -> "Client":
        """Connected and subscribed. Raises Gone."""
        try:
            client = cls(*await asyncio.open_connection("127.0.0.1", port))
        except OSError as error:
            raise Gone(str(error)) from error
        # Clean start with a user name, which is the client's name as well.
        flags = bytes([5, 0x82]) + _KEEP_ALIVE.to_bytes(2, "big") + bytes(1)
        client._send(_CONNECT, _text("MQTT") + flags + _text(name) + _text(name))
        await client._expect(_CONNACK)
        filters = b"".join(_text(topic) + b"\x01" for topic in topics)
        client._send(0x82, client._next_id() + bytes(1) + filters)
        await client._expect(_SUBACK)
        return client

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """At QoS 1; a connection that is down drops it."""
        if not self._writer.is_closing():
            head = _text(topic) + self._next_id() + bytes(1)
            self._send(0x32 | retain, head + payload)

    async def messages(self) -> AsyncIterator[Message]:
        """What arrives, acknowledged as it is taken. Raises Gone at the end."""
        while True:
            kind, body = await self._packet()
            if kind >> 4 == _PUBLISH:
                yield self._message(kind, body)

    async def keep_alive(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(_KEEP_ALIVE / 2)
            self._send(0xC0, b"")

    def close(self) -> None:
        with suppress(OSError):
            self._writer.close()

    def _message(self, kind: int, body: bytes) -> Message:
        size = int.from_bytes(body[:2], "big")
        topic, at = body[2 : 2 + size].decode(), 2 + size
        if kind & 0x06:
            self._send(0x40, body[at : at + 2])
            at += 2
        length, at = _number(body, at)
        return Message(topic, body[at + length :])

    async def _expect(self, wanted: int) -> None:
        kind, body = await self._packet()
        if kind >> 4 != wanted or any(code >= 0x80 for code in body[-1:]):
            raise Gone(f"packet {kind >> 4} {body.hex()} instead of {wanted}")

    async def _packet(self) -> tuple[int, bytes]:
        try:
            (kind,) = await self._reader.readexactly(1)
            length = shift = 0
            while True:
                (byte,) = await self._reader.readexactly(1)
                length |= (byte & 0x7F) << shift
                shift += 7
                if not byte & 0x80:
                    return kind, await self._reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError) as error:
            raise Gone(str(error)) from error

    def _send(self, kind: int, body: bytes) -> None:
        length = len(body)
        size = bytearray()
        while True:
            length, part = divmod(length, 128)
            size.append(part | (0x80 if length else 0))
            if not length:
                break
        self._writer.write(bytes([kind]) + size + body)

    def _next_id(self) -> bytes:
        self._ids = self._ids % 65_535 + 1
        return self._ids.to_bytes(2, "big")


def _text(text: str) -> bytes:
    encoded = text.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def _number(body: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer and where it ends (1.5.5)."""
    value = shift = 0
    while True:
        byte = body[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at

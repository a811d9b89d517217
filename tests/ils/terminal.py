"""A self-check on a real socket, by hand: what it sends is what the test says, byte by byte."""

import socket
from types import TracebackType
from typing import Self

import pysip2

AT = "20261123    225405"
BLANK = " " * 18
LOGIN = "9300CNmesin|COrahasia mesin|CPkios|"


def sealed(body: bytes, sequence: int | None = 1) -> bytes:
    """With a checksum by an independent implementation, and its CR."""
    raw = body + (b"AZ" if sequence is None else b"AY%dAZ" % sequence)
    return raw + pysip2.calculate_checksum(raw).encode() + b"\r"


def loan(patron: str = "P00001", item: str = "ID000003", more: str = "", at: str = AT) -> str:
    return f"11NN{at}{BLANK}AOMPL|AA{patron}|AB{item}|AC|{more}"


def drop(item: str = "ID000006", more: str = "", at: str = AT, returned: str = AT) -> str:
    return f"09N{at}{returned}APMPL|AOMPL|AB{item}|AC|{more}"


def renewal(patron: str = "P00002", item: str = "ID000006", more: str = "", at: str = AT) -> str:
    return f"29NN{at}{BLANK}AOMPL|AA{patron}|AB{item}|{more}"


def person(patron: str = "P00001", more: str = "", wanted: str = "  Y") -> str:
    return f"63000{AT}{wanted:10}AOMPL|AA{patron}|AC|{more}"


def book(item: str = "ID000003") -> str:
    return f"17{AT}AOMPL|AB{item}|AC|"


class Terminal:
    """One connection. `ask` is a sealed message with the next number, and its answer unsealed."""

    def __init__(
        self, port: int, *, within: float = 20.0, signed_in: bool = True, buffer: int = 65_536
    ) -> None:
        self.socket = socket.socket()
        self.socket.settimeout(within)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        try:
            self.socket.connect(("127.0.0.1", port))
        except OSError:
            self.socket.close()
            raise
        self._held, self._sequence = b"", 0
        if signed_in:
            assert self.ask(LOGIN) == "941"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.socket.close()

    def ask(self, body: str) -> str:
        self._sequence = (self._sequence + 1) % 10
        answer = self.raw(sealed(body.encode(), self._sequence))
        trailer = b"AZ" if answer[:2] == b"96" else b"AY%dAZ" % self._sequence
        told, _, checksum = answer.rpartition(trailer)
        assert checksum == pysip2.calculate_checksum(told + trailer).encode() + b"\r", answer
        return told.decode()

    def raw(self, data: bytes) -> bytes:
        self.socket.sendall(data)
        return self.hear()

    def hear(self) -> bytes:
        """One answer with its CR; what came of it when the server hung up."""
        while b"\r" not in self._held:
            data = self.socket.recv(65_536)
            if not data:
                break
            self._held += data
        answer, end, self._held = self._held.partition(b"\r")
        return answer + end


def field(answer: str, name: str) -> str:
    """The first such field of an answer, as a machine finds it."""
    found = [one[2:] for one in _fields(answer) if one[:2] == name]
    assert found, f"no {name} in {answer}"
    return found[0]


def has(answer: str, name: str) -> bool:
    return any(one[:2] == name for one in _fields(answer))


def _fields(answer: str) -> list[str]:
    width = {"10": 24, "12": 24, "30": 24, "18": 26, "24": 37, "26": 37, "64": 61, "98": 36,
             "66": 29, "16": 22, "38": 21, "36": 21, "20": 21}[answer[:2]]  # fmt: skip
    return answer[width:].split("|")

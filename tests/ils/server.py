"""A simulated system on real sockets, with an accident when one is planned."""

import socket
import ssl
import struct
import threading
from collections import Counter
from contextlib import suppress
from typing import Final

from tests.ils.accidents import BEFORE, HTML, UNDISTURBED, Accident, Plan
from tests.ils.personality import AT, Died, HangUp, Heard, Strict

_READ_ONCE: Final = 1024
_AT_ONCE: Final = struct.pack("ii", 1, 0)


class IlsServer:
    """Listens on 127.0.0.1; `heard` keeps every question with the number of its connection."""

    def __init__(
        self, system: Strict, plan: Plan = UNDISTURBED, tls: ssl.SSLContext | None = None
    ) -> None:
        self.system, self.plan, self._tls = system, plan, tls
        self.heard: list[tuple[int, Heard]] = []
        self.writes: list[bytes] = []
        self.connections = 0
        self._counts: Counter[str] = Counter()
        self._open: set[socket.socket] = set()
        self._turn = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Its socket's number is free for another server only when nobody waits on it any more."""
        self._stop()
        self._accepting.join()
        self._listener.close()

    def _stop(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self.drop()

    def drop(self) -> None:
        """Every connection breaks, as when the machine goes down."""
        with self._turn:
            for one in self._open:
                with suppress(OSError):
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                    one.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def sent(self, number: str) -> int:
        """How many questions of this number came."""
        return sum(heard.number == number for _, heard in self.heard)

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.system.one_connection:
                self._serve(plain, self.connections)
            else:
                threading.Thread(
                    target=self._serve, args=(plain, self.connections), daemon=True
                ).start()

    def _serve(self, plain: socket.socket, session: int) -> None:
        with suppress(OSError, HangUp):
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            one = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
            with self._turn:
                self._open.add(one)
            try:
                self._prompt(one)
                self._converse(one, session)
            except Died:
                self._stop()
            finally:
                with self._turn:
                    self._open.discard(one)
                one.close()

    def _prompt(self, one: socket.socket) -> None:
        """A telnet transport asks who it is before anything else."""
        said = b""
        for prompt in self.system.prompts:
            one.sendall(prompt)
            while said.count(b"\r") <= self.system.prompts.index(prompt):
                said += one.recv(_READ_ONCE)
        if self.system.prompts:
            right = said == b"kios\rrahasia\r"
            one.sendall(self.system.welcome if right else b"Wrong\r\n")

    def _converse(self, one: socket.socket, session: int) -> None:
        held = b""
        while data := one.recv(_READ_ONCE if self.system.reads_once else 65_536):
            self.writes.append(data)
            held += data
            while b"\r" in held:
                raw, _, held = held.partition(b"\r")
                if self.system.reads_once:
                    held = b""
                self._answer(one, raw.lstrip(b"\n"), session)

    def _answer(self, one: socket.socket, raw: bytes, session: int) -> None:
        heard = self.system.heard(raw)
        with self._turn:
            self.heard.append((session, heard))
            self._counts[heard.number] += 1
            befallen = self.plan.befalls(heard.number, self._counts[heard.number])
        accident = self.plan.accident if befallen else Accident.NONE
        with self.system.ledger.undisturbed():
            answer = self._worked(heard, session, accident)
        self._say(one, accident, answer)

    def _worked(self, heard: Heard, session: int, accident: Accident) -> bytes | None:
        """What the system does and would say."""
        system = self.system
        if accident is Accident.REFUSED:
            return system.framed(_refusal(heard, system), heard.sequence)
        if accident in (Accident.NOT_UNDERSTOOD, Accident.NEVER_UNDERSTOOD):
            return system.framed("96", heard.sequence)
        if accident in BEFORE:
            return b""
        if accident is Accident.OLDER_ANSWER and system.last:
            older = system.last
            system.answer(heard, session)
            return older
        if accident is Accident.YES_WITHOUT_EFFECT:
            with system.ledger.undone():
                return system.answer(heard, session)
        answer = system.answer(heard, session)
        if accident is Accident.NO_WITH_EFFECT and answer is not None:
            return system.framed(_refusal(heard, system), heard.sequence)
        return answer

    def _say(self, one: socket.socket, accident: Accident, answer: bytes | None) -> None:
        silent = (Accident.SILENT_BEFORE, Accident.SILENT_AFTER)
        if answer is None or accident in silent:
            return
        if accident in (Accident.REBOOT_BEFORE, Accident.REBOOT_AFTER):
            self.drop()
            return
        if accident is Accident.CLOSED_AFTER:  # at once, without a word: a reset
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        if accident in (Accident.CLOSED_BEFORE, Accident.CLOSED_AFTER):
            raise HangUp
        if accident is Accident.ONE_BYTE_AT_A_TIME:
            for at in range(len(answer)):
                one.sendall(answer[at : at + 1])
            return
        one.sendall(_spoilt(accident, answer, self.plan.at, self.system))
        if accident is Accident.CUT_THEN_CLOSED:
            raise HangUp


def _refusal(heard: Heard, system: Strict) -> str:
    """No, with the words of the day."""
    about = system.about(heard)
    match heard.number:
        case "11" | "29":
            number = "12" if heard.number == "11" or system.unanswered else "30"
            return f"{number}0NUN{AT}{about}AH|AFLoan Limit Reached!|"
        case "09":
            return f"100NUY{AT}AO{system.institution}|AB{heard.item}|AQ|AFServer error|"
        case "37":
            return f"38N{AT}AO{system.institution}|AA{heard.patron}|"
        case "17":
            return f"18010101{AT}AB{heard.item}|AJ|AFInvalid Item|"
        case "63":
            return f"64{'':14}000{AT}{'':24}AO{system.institution}|AA{heard.patron}|AE|BLN|"
    return "940" if heard.number == "93" else f"98NNNNNN100005{AT}2.00AO|BX|"


def _spoilt(accident: Accident, answer: bytes, at: int, system: Strict) -> bytes:
    match accident:
        case Accident.CUT_THEN_SILENT | Accident.CUT_THEN_CLOSED:
            return answer[: at % len(answer)]
        case Accident.WITHOUT_END:
            return answer.rstrip(b"\r\n")
        case Accident.HTML:
            return HTML
        case Accident.NOISE_FIRST:
            return b"\n\0 \n" + answer
        case Accident.DAMAGED | Accident.ALWAYS_DAMAGED:
            middle = len(answer) // 2
            return answer[:middle] + bytes((answer[middle] ^ 1,)) + answer[middle + 1 :]
    return _about_another(accident, answer, system)


def _about_another(accident: Accident, answer: bytes, system: Strict) -> bytes:
    match accident:
        case Accident.OTHER_ITEM:
            return _resealed(answer, b"ID0000", b"ID9999", system)
        case Accident.OTHER_PATRON:
            return _resealed(answer, b"P0000", b"P9999", system)
        case Accident.OTHER_NUMBER:
            return _resealed(answer, answer[:2], b"66", system, 1)
    return answer


def _resealed(answer: bytes, was: bytes, now: bytes, system: Strict, count: int = -1) -> bytes:
    """With other words and a checksum that agrees."""
    end = system.end
    body = answer.removesuffix(end).replace(was, now, count)
    if body[-6:-4] == b"AZ":
        start = 4 if body.startswith(b"None") else 0
        body = body[:-4] + b"%04X" % (-sum(body[start:-4]) & 0xFFFF)
    return body + end

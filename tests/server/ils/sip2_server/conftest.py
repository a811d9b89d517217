"""The SIP2 server, in front of a real client of a simulated system: two codecs, two sockets."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest

from server.ils.sip2_server.accounts import EVERY, Terminal
from server.ils.sip2_server.asked import Place
from server.ils.sip2_server.desk import Desk
from server.ils.sip2_server.dialogue import Dialogue
from server.ils.sip2_server.house import House
from server.ils.sip2_server.listener import Limits, Listener
from server.passwords import Password
from server.web.languages import read_texts
from tests.ils import terminal
from tests.ils.accidents import UNDISTURBED, Plan
from tests.ils.cases import JAKARTA, NOW, opened
from tests.ils.ledger import Ledger, small_library
from tests.ils.personality import Strict
from tests.ils.server import IlsServer

PASSWORD = Password.hashed("rahasia mesin", bytes(16))
MACHINE = Terminal("mesin", PASSWORD, EVERY)
WORDS = read_texts()


@dataclass
class Counter:
    """The server at its port, and the system behind it."""

    listener: Listener
    ils: IlsServer
    house: House
    standing: ExitStack

    @property
    def port(self) -> int:
        return self.listener.port

    @property
    def ledger(self) -> Ledger:
        return self.ils.system.ledger

    @property
    def effects(self) -> list[str]:
        return [effect.kind for effect in self.ledger.effects]

    def terminal(self, **options: Any) -> terminal.Terminal:
        return self.standing.enter_context(terminal.Terminal(self.port, **options))


Serve = Callable[..., Counter]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """`serve(kind, plan, account=, limits=, answer_within=, **changes of the house)`."""
    with ExitStack() as standing:

        def make(
            kind: type[Strict] = Strict,
            plan: Plan = UNDISTURBED,
            account: Terminal = MACHINE,
            limits: Limits = Limits(),  # noqa: B008 a frozen value
            answer_within: float = 10.0,
            **changes: Any,
        ) -> Counter:
            ils = IlsServer(kind(small_library()), plan)
            standing.callback(ils.close)
            library = opened(ils.port, kind.profile, 1 if kind.one_connection else 4, answer_within)
            standing.callback(library.close)
            place = Place("MPL", JAKARTA, "Perpustakaan Kota")
            house = replace(House(library, place, WORDS, lambda: NOW, b"key"), **changes)
            desk = Desk(house, {account.user: account})
            listener = Listener("127.0.0.1", 0, limits, lambda there: Dialogue(desk, there))
            running = threading.Thread(target=listener.run)
            running.start()
            standing.callback(running.join)
            standing.callback(listener.stop)
            return Counter(listener, ils, house, standing)

        yield make


@pytest.fixture
def counter(serve: Serve) -> Counter:
    return serve()

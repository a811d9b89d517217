"""What the server adds to a system's own answer to a loan, and whether eight stations share it.

A station's ask goes through the intake, is kept with its grant, stored as being sent, and carried
out by the worker over SIP2. The floor sends the bytes that the system was sent for the same loan
over a bare socket, one after the other.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from broker.facts import ItemLent, ItemReturned
from broker.requests import Answer, Grant
from broker.vocabulary import ItemId, PatronId
from server.journal.database import open_engine
from server.migrations import migrate
from tests.ils.ledger import Ledger, Member
from tests.ils.personality import Strict
from tests.ils.server import IlsServer
from tests.ils.wild import Koha, SlimsGateway
from tests.server.ils.house import House, house, lending

LOANS_A_ROUND = 20
# Statements are built with the first loans of a program that runs for months.
FIRST_LOANS = 5
STATIONS, LOANS_A_STATION = 8, 10
MOST_MILLISECONDS = 5.0
MOST_APART = 1.5


def saga_figures(folder: Path, rounds: int) -> Iterator[dict[str, float | str]]:
    """Milliseconds that a loan takes longer than the same messages alone; the slowest station."""
    timed = _loans(folder, FIRST_LOANS + LOANS_A_ROUND * rounds)
    ours, bare = (seconds[FIRST_LOANS:] for seconds in timed)
    floor = median(bare)
    added = quantiles([(one - floor) * 1000 for one in ours], n=20)[-1]
    yield {
        "bench": "ils saga: added to a loan, p95",
        "loans": len(ours),
        "median_ms": round(median(ours) * 1000, 2),
        "bare_median_ms": round(floor * 1000, 2),
        "added_p95_ms": round(added, 2),
        "ratio": round(added / MOST_MILLISECONDS, 2),
        "at_most": 1.0,
    }
    seconds = [_shared(folder / f"shared-{number}.db") for number in range(rounds)]
    apart = median(max(one) / min(one) for one in seconds)
    yield {
        "bench": "ils saga: slowest of 8 stations to quickest, one connection",
        "loans": STATIONS * LOANS_A_STATION,
        "slowest_s": round(median(max(one) for one in seconds), 2),
        "ratio": round(apart, 2),
        "at_most": MOST_APART,
    }


@contextmanager
def _branch(path: Path, kind: type[Strict], ledger: Ledger) -> Iterator[House]:
    url = f"sqlite:///{path}"
    migrate(url)
    engine = open_engine(url)
    with house(engine, kind, ledger=ledger) as branch:
        yield branch
    engine.dispose()


def _library(items: int, patrons: int) -> Ledger:
    people = {f"P{number:05}": Member("Anggota", "1234") for number in range(patrons)}
    return Ledger(people, {f"ID{number:06}": "Bumi Manusia" for number in range(items)})


def _loans(folder: Path, loans: int) -> tuple[list[float], list[float]]:
    """Seconds for each loan, by way of the server and bare."""
    ours, bare, patron = [], [], PatronId("P00000")
    with _branch(folder / "records.db", Koha, _library(loans, 1)) as branch:
        alone = IlsServer(Koha(_library(loans, 1)))
        line = socket.create_connection(("127.0.0.1", alone.port))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(loans):
            item, act = ItemId(f"ID{number:06}"), f"act-{number}"
            before = len(branch.ils.writes)
            begun = perf_counter()
            answer = branch.ask(lending(act, patron, item), within=10.0)
            ours.append(perf_counter() - begun)
            granted, asked = _granted(answer), branch.ils.writes[before:]
            _come_back(branch, number, item, patron, granted.due)
            begun = perf_counter()
            for question in asked:
                _answered(line, question)
            bare.append(perf_counter() - begun)
        line.close()
        alone.close()
    return ours, bare


def _come_back(branch: House, number: int, item: ItemId, patron: PatronId, due: date) -> None:
    branch.tell(f"act-{number}", 2 * number + 1, ItemLent(item, patron, due, provisional=False))
    branch.tell(f"back-{number}", 2 * number + 2, ItemReturned(item, secured=True))
    branch.quiet()


def _granted(answer: Answer | None) -> Grant:
    match answer:
        case Grant():
            return answer
        case _:
            raise AssertionError(f"no loan was granted: {answer}")


def _answered(line: socket.socket, question: bytes) -> None:
    line.sendall(question)
    said = b""
    while not said.rstrip(b"\n").endswith(b"\r"):
        said += line.recv(4096)


def _shared(path: Path) -> list[float]:
    """Seconds until each station has had all its loans."""
    seconds = [0.0] * STATIONS
    with _branch(path, SlimsGateway, _library(STATIONS * LOANS_A_STATION, STATIONS)) as branch:

        def station(at: int) -> None:
            begun = perf_counter()
            for number in range(at * LOANS_A_STATION, (at + 1) * LOANS_A_STATION):
                wanted = lending(f"a-{number}", PatronId(f"P{at:05}"), ItemId(f"ID{number:06}"))
                _granted(branch.ask(wanted, within=10.0))
            seconds[at] = perf_counter() - begun

        stations = [threading.Thread(target=station, args=(at,)) for at in range(STATIONS)]
        for one in stations:
            one.start()
        for one in stations:
            one.join()
    if not all(seconds):
        raise AssertionError("a station had not all its loans")
    return seconds

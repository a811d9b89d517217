"""What must hold of a station whose power was cut: its own recovery first, then plain SQL."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from devices.capabilities import TagUid
from kiosk.settings import ledger_path
from tests.crash.station import OWN, Life, Things
from tests.crash.witness import Witness
from tests.kiosk.things import item

RECOVERED = 9  # the number of the life after the cut


def recovered(folder: Path, words: list[dict[str, Any]], *, in_bin: bool) -> Things:
    """Starts the station again on what survived, with the tags where they lie."""
    things = Things()
    for word in words:
        things.hear(word)
    life = Life(folder / OWN, things, Witness(None), RECOVERED, in_bin=in_bin)
    life.start()
    life.connect(up=True)
    life.serve()
    life.ledger.close()
    return things


def violations(
    folder: Path, words: list[dict[str, Any]], numbers: dict[str, int], things: Things
) -> Iterator[str]:
    """`numbers` are the places of the acts in the ledger of the whole day."""
    with sqlite3.connect(ledger_path(str(folder / OWN))) as ledger:
        (sound,) = ledger.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok":
            yield f"corrupt: {sound}"
        rows = ledger.execute("SELECT seq, act, payload FROM entry ORDER BY seq").fetchall()
        (open_acts,) = ledger.execute("SELECT count(*) FROM act WHERE stage <> 'closed'").fetchone()
    ledger.close()
    if open_acts:
        yield f"{open_acts} acts left open"
    yield from _kept(rows, words, numbers)
    yield from _each_once(rows)
    yield from _tags(rows, things)


def _kept(
    rows: list[tuple[int, str, bytes]], words: list[dict[str, Any]], numbers: dict[str, int]
) -> Iterator[str]:
    """What anybody was told or sent is there, in its place, as they know it."""
    places = {act: (seq, payload.decode()) for seq, act, payload in rows}
    for word in words:
        match word:
            case {"shown": act} if act not in places:
                yield f"lost: {act} was shown"
            case {"shown": act} if places[act][0] != numbers[act]:
                yield f"out of order: {act} is {places[act][0]}, was {numbers[act]}"
            case {"asked": act} if act not in places:
                yield f"lost: {act} was asked of the server"
            case {"sent": act, "seq": seq, "payload": said} if places.get(act) != (seq, said):
                yield f"lost: {act} was sent as {seq}"
            case _:
                pass


def _each_once(rows: list[tuple[int, str, bytes]]) -> Iterator[str]:
    acts = Counter(json.loads(payload)["id"] for _, _, payload in rows)
    yield from (f"doubled: {act}" for act, times in acts.items() if times > 1)
    if [seq for seq, _, _ in rows] != list(range(1, len(rows) + 1)):
        yield "out of order: the numbers have a hole"


def _tags(rows: list[tuple[int, str, bytes]], things: Things) -> Iterator[str]:
    """A released tag has its loan, or a fact that sends staff to look."""
    last: dict[str, dict[str, Any]] = {}
    for _, _, payload in rows:
        event = json.loads(payload)
        last[event["data"].get("item", "")] = event
    for tag in sorted(things.released):
        event = last.get(str(item(_number(tag))))
        if event is None or not _explains(event):
            yield f"released without a loan or a task: {tag}"


def _explains(event: dict[str, Any]) -> bool:
    kind, about = event["type"].split(".")[2], event["data"]
    return kind in {"item-lent", "loan-unconfirmed"} or about.get("secured") is False


def _number(tag: TagUid) -> int:
    return int.from_bytes(tag.raw[3:], "big")

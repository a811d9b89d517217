"""Where canaries may sing, and where they do: files, database cells, messages, scenes, pages.

The cells are those of the privacy rules: a card or number leaves a station only sealed and is kept
at rest nowhere but in the library's own records of members, of what is on loan and, until their
time is over, of who did what; a name and an address for mail only in
the table of members; a title by item, never beside a person; logs and the broker's store know
nobody.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from broker.errors import BadMessage
from broker.mqtt import Received
from broker.requests import Description
from broker.topics import Channel, parse
from broker.wire import decode_reply
from tests.canary.canaries import Cage, Kind

RECORDS = "records"
ALLOWED: dict[Kind, frozenset[str]] = {
    Kind.CARD: frozenset(
        {
            "records member.card",
            "records loan.patron",
            "records grant.patron",
            "records fact.patron",
        }
    ),
    Kind.NUMBER: frozenset(
        {"records member.number", "records loan.member", "records grant.member"}
    ),
    Kind.NAME: frozenset({"records member.name"}),
    Kind.ADDRESS: frozenset({"records member.mail"}),
    Kind.TITLE: frozenset({"records title.title", "mqtt description", "screen", "page"}),
}
# Without these the search would be deaf: they must sing here.
EXPECTED: dict[Kind, str] = {
    Kind.CARD: "records member.card",
    Kind.NUMBER: "records member.number",
    Kind.NAME: "records member.name",
    Kind.ADDRESS: "records member.mail",
    Kind.TITLE: "mqtt description",
}


@dataclass
class Found:
    """How many canaries of each kind sang at each place."""

    cells: Counter[tuple[Kind, str]] = field(default_factory=Counter)

    def add(self, place: str, heard: dict[Kind, set[str]]) -> None:
        for kind, words in heard.items():
            self.cells[kind, place] += len(words)

    def violations(self) -> Iterator[str]:
        for (kind, place), count in sorted(self.cells.items(), key=str):
            if place not in ALLOWED[kind]:
                yield f"{count} canaries, {kind.value}, in {place}"
        for kind, place in EXPECTED.items():
            if not self.cells[kind, place]:
                yield f"the search is deaf: no {kind.value} in {place}"


def search_files(cage: Cage, folder: Path, outside: Sequence[Path], found: Found) -> int:
    """Every file below `folder` but those that are no part of the product; how many there were."""
    count = 0
    for path in sorted(folder.rglob("*")):
        if path in outside or path.is_symlink() or not path.is_file():
            continue
        count += 1
        found.add(f"file {path.relative_to(folder)}", cage.heard_in(path.read_bytes()))
    return count


def search_records(cage: Cage, path: Path, found: Found) -> None:
    """Every cell of the server's database, by table and column."""
    with sqlite3.connect(path) as records:
        tables = records.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            rows = records.execute(f'SELECT * FROM "{table}"')  # noqa: S608 a name it gave itself
            columns = [column for column, *_ in rows.description]
            for column, cells in zip(columns, zip(*rows, strict=True), strict=False):
                content = (
                    cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells
                )
                found.add(f"{RECORDS} {table}.{column}", cage.heard_in(b"\n".join(content)))
    records.close()


def search_messages(cage: Cage, messages: Sequence[Received], found: Found) -> None:
    """Every message the broker carried, topic included."""
    said: dict[str, list[bytes]] = {}
    for message in messages:
        said.setdefault(_what(message), []).append(message.topic.encode() + b" " + message.payload)
    for what, contents in said.items():
        found.add(f"mqtt {what}", cage.heard_in(b"\n".join(contents)))


def search_scenes(cage: Cage, drawn: Path, found: Found) -> int:
    """Every scene that stood on a screen; how many there were."""
    scenes = drawn.read_text(encoding="utf-8").splitlines()
    words = "\n".join(text for scene in scenes for text in json.loads(scene)["texts"])
    found.add("screen", cage.heard_in(words.encode()))
    return len(scenes)


def _what(message: Received) -> str:
    """A message's channel, and of replies whether it describes an item."""
    try:
        channel = parse(message.topic).channel
        if channel is Channel.REPLY:
            answer = decode_reply(message.payload).answer
            return "description" if isinstance(answer, Description) else "reply"
    except BadMessage:
        return "elsewhere"
    return channel.value

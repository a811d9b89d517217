"""The kill run's checker sees each thing that may not be: a sound library, spoilt in one way."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kiosk.happenings import Button
from server.heard import Heard
from server.intake import Intake
from server.journal.database import open_engine, transaction
from server.library import Library
from server.migrations import migrate
from tests.crash.server import BEGINNING, furnish
from tests.crash.station import DEVICE, PATRONS, SITE, Life, Things
from tests.crash.witness import Witness
from tests.keys import OPENING
from tests.kill.checker import Evidence, violations
from tests.kiosk.things import item
from tests.simulation.limits import BRANCH


class Kept(Life):
    """A station whose facts also go to a real server's intake."""

    def publish_to(self, heard: list[Heard]) -> None:
        self._heard = heard

    def _publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        super()._publish(topic, payload, retain=retain)
        self._heard.append(Heard(topic, payload))


@dataclass
class Scene:
    """Book 1 is on loan; book 2 was lent and returned; the screen showed all three acts."""

    evidence: Evidence
    records: Path
    ledger: Path

    def change(self, path: Path, statement: str) -> None:
        with sqlite3.connect(path) as database:
            assert database.execute(statement).rowcount > 0
        database.close()

    def forget(self, statement: str) -> None:
        self.change(self.records, statement.format("fact"))
        self.change(self.ledger, statement.format("entry"))

    def found(self) -> list[str]:
        return list(violations(self.evidence))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    heard: list[Heard] = []
    life = Kept(tmp_path / "station", Things(), Witness(None), 1, in_bin=False)
    life.publish_to(heard)
    life.start()
    life.connect(up=True)
    life.touch(Button.BORROW)
    life.tap(PATRONS[0])
    life.serve()
    life.lay(1)
    life.lay(2)
    life.touch(Button.CONFIRM)
    life.serve()
    life.work()
    lent = [(str(book.act), str(book.item)) for book in life.watched.books]
    life.lift(1)
    life.lift(2)
    life.touch(Button.DONE, Button.DONE)
    life.wait(1)
    life.touch(Button.RETURN)
    life.lay(2)
    life.work()
    returned = [(str(book.act), str(book.item)) for book in life.watched.books]
    life.serve()
    life.ledger.close()
    return Scene(
        Evidence(
            f"sqlite:///{_records(tmp_path, heard)}",
            {str(DEVICE): tmp_path / "station" / "ledger.db"},
            (_drawn(tmp_path / "drawn.jsonl", lent, returned),),
            (_log(tmp_path / "kiosk.log", lent + returned),),
            frozenset({str(item(1))}),
        ),
        tmp_path / "records.db",
        tmp_path / "station" / "ledger.db",
    )


def _records(folder: Path, heard: list[Heard]) -> Path:
    path = folder / "records.db"
    migrate(f"sqlite:///{path}")
    engine = open_engine(f"sqlite:///{path}")
    with transaction(engine) as connection:
        furnish(connection)
        Intake(Library(BRANCH, SITE), SITE, OPENING).digest(connection, heard, BEGINNING)
    engine.dispose()
    return path


def _drawn(path: Path, lent: list[tuple[str, str]], returned: list[tuple[str, str]]) -> Path:
    lines = []
    for at, stage, books in ((1.0, "lent", lent), (2.0, "returned", returned)):
        shown = [{"act": act, "item": number, "stage": stage} for act, number in books]
        lines.append(json.dumps({"at": at, "books": shown}))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _log(path: Path, recorded: list[tuple[str, str]]) -> Path:
    lines = [json.dumps({"act": act, "event": "recorded"}) for act, _ in recorded]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_sound_library_has_no_violations(scene: Scene) -> None:
    assert scene.found() == []


SPOILT: dict[str, tuple[Callable[[Scene], None], str]] = {
    "a fact the records lack": (
        lambda scene: scene.change(scene.records, "DELETE FROM fact WHERE seq = 2"),
        "lost: ",
    ),
    "a promise nobody recorded": (
        lambda scene: scene.forget("DELETE FROM {} WHERE seq = 3"),
        "was shown, the records have None",
    ),
    "a fact from nowhere": (
        lambda scene: scene.change(scene.ledger, "DELETE FROM entry WHERE seq = 3"),
        "from nowhere",
    ),
    "another word at the server": (
        lambda scene: scene.change(
            scene.ledger, "UPDATE entry SET payload = replace(payload, 'B00001', 'B00009')"
        ),
        "says something else",
    ),
    "a number missing": (
        lambda scene: scene.change(scene.ledger, "UPDATE entry SET seq = 9 WHERE seq = 3"),
        "a hole",
    ),
    "a debt": (
        lambda scene: scene.change(scene.ledger, "UPDATE entry SET acknowledged = NULL"),
        "still owes",
    ),
    "an act left open": (
        lambda scene: scene.change(scene.ledger, "UPDATE act SET stage = 'intended'"),
        "open",
    ),
    "a loan gone": (
        lambda scene: scene.change(scene.records, "DELETE FROM loan WHERE returned_at IS NULL"),
        "a fact without its loan",
    ),
    "a return forgotten": (
        lambda scene: scene.change(scene.records, "UPDATE loan SET returned_at = NULL"),
        "was shown last",
    ),
    "something set aside": (
        lambda scene: scene.change(
            scene.records,
            "INSERT INTO quarantine (fingerprint, topic, payload, reason, received_at)"
            " VALUES ('f', 't', 'p', 'strange', 1)",
        ),
        "quarantined: strange",
    ),
}


@pytest.mark.parametrize("way", SPOILT)
def test_a_library_spoilt_in_one_way_is_seen(scene: Scene, way: str) -> None:
    spoil, words = SPOILT[way]
    spoil(scene)
    assert any(words in line for line in scene.found()), scene.found()


def test_a_released_tag_without_a_loan_is_seen(scene: Scene) -> None:
    both = replace(scene.evidence, released=frozenset({str(item(1)), str(item(2))}))
    assert list(violations(both)) == [
        f"released without an open loan or a task: {item(2)}",
    ]

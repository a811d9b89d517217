"""First everything, then only what changed."""

import json
from dataclasses import replace
from typing import Any

from server.web.changes import change, snapshot
from server.web.page import FactRow, Page

OLD = FactRow("a", "11.00", "kios-01", "Dipinjam", "B1", "Laskar Pelangi")
NEW = FactRow("b", "11.01", "kios-01", "Dikembalikan", "B1", "Judul\nbaru & “lain”")
BEFORE = Page(
    sample=False,
    words={"unsent": "1", "tasks": "0"},
    devices=(),
    facts=(OLD,),
    set_aside=(),
    tasks=(),
)


def told(event: bytes | None) -> tuple[str, dict[str, Any]]:
    assert event is not None
    name, content, *rest = event.decode().split("\n")
    assert rest == ["", ""]
    return name.removeprefix("event: "), json.loads(content.removeprefix("data: "))


def test_a_snapshot_has_every_table_even_when_it_is_empty() -> None:
    name, content = told(snapshot(BEFORE))
    assert name == "snapshot"
    assert content["words"] == BEFORE.words
    assert content["tables"]["facts"]["order"] == ["a"]
    assert content["tables"]["devices"] == {"order": [], "rows": []}


def test_a_page_that_stays_the_same_is_not_sent_again() -> None:
    assert change(BEFORE, replace(BEFORE, facts=(replace(OLD),))) is None


def test_a_change_has_the_new_row_and_the_order_of_all() -> None:
    after = replace(BEFORE, words={"unsent": "0", "tasks": "0"}, facts=(NEW, OLD))
    name, content = told(change(BEFORE, after))
    assert name == "change"
    assert content["words"] == {"unsent": "0"}
    assert list(content["tables"]) == ["facts"]
    assert content["tables"]["facts"]["order"] == ["b", "a"]
    assert [row["title"] for row in content["tables"]["facts"]["rows"]] == [NEW.title]


def test_a_row_that_is_gone_is_missing_from_the_order() -> None:
    _, content = told(change(BEFORE, replace(BEFORE, facts=())))
    assert content["tables"]["facts"] == {"order": [], "rows": []}

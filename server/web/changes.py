"""What a browser is told: first everything, then only what changed. Pure.

Server-sent events (HTML Living Standard, 9.2). A message's data is JSON: `words` and `sample` as in
`Page`, and for each table that changed its `order` of keys and the `rows` that are new or differ.
"""

from dataclasses import asdict
from typing import Any, Final

import msgspec

from server.web.page import Page, Row

HEARTBEAT: Final = b": still here\n\n"
UNCHANGED: Final = b"event: unchanged\ndata: {}\n\n"
RETRY: Final = b"retry: 2000\n\n"
TABLES: Final = ("devices", "facts", "set_aside", "tasks")


def snapshot(page: Page) -> bytes:
    """Everything; what the browser had before is replaced."""
    tables = {name: _table((), getattr(page, name)) for name in TABLES}
    return _event("snapshot", {"sample": page.sample, "words": page.words, "tables": tables})


def change(before: Page, after: Page) -> bytes | None:
    """What differs; None when nothing does."""
    if before == after:
        return None
    tables = {
        name: _table(getattr(before, name), getattr(after, name))
        for name in TABLES
        if getattr(before, name) != getattr(after, name)
    }
    words = {name: text for name, text in after.words.items() if before.words.get(name) != text}
    return _event("change", {"sample": after.sample, "words": words, "tables": tables})


def _table(before: tuple[Row, ...], after: tuple[Row, ...]) -> dict[str, Any]:
    known = {row.key: row for row in before}
    rows = [asdict(row) for row in after if known.get(row.key) != row]
    return {"order": [row.key for row in after], "rows": rows}


def _event(name: str, content: dict[str, Any]) -> bytes:
    # JSON has no raw line ends, so one data line is enough.
    return b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode(content))

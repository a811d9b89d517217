"""Everything that can change on the page: texts by row and place. Pure values.

Law: what is here goes to the browser as it is. A row's `key` is unique in its table.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """One part that is not well, and what to do about it."""

    key: str
    part: str
    advice: str


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device."""

    key: str
    status: str
    symbol: str
    status_word: str
    name: str
    kind: str
    presence: str
    mode: str
    reason: str
    troubles: tuple[Trouble, ...]
    unsent: str
    oldest: str
    heard: str


@dataclass(frozen=True, slots=True)
class FactRow:
    """One thing that happened."""

    key: str
    time: str
    device: str
    what: str
    item: str
    title: str


@dataclass(frozen=True, slots=True)
class SetAsideRow:
    """One message in quarantine."""

    key: str
    time: str
    device: str
    channel: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One open task for staff."""

    key: str
    since: str
    what: str
    advice: str
    item: str
    title: str


Row = DeviceRow | FactRow | SetAsideRow | TaskRow


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that can change on the page; `words` are single places by name."""

    sample: bool
    words: dict[str, str]
    devices: tuple[DeviceRow, ...]
    facts: tuple[FactRow, ...]
    set_aside: tuple[SetAsideRow, ...]
    tasks: tuple[TaskRow, ...]

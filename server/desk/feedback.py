"""`sirkula-server feedback`: what patrons said of their visits, month by month."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import msgspec
import typer
from sqlalchemy import Boolean, Connection, literal_column

from broker.facts import FeedbackGiven, Rating
from broker.settings import read_settings
from server.configuration import ServerSettings
from server.histories import EVENTS, events_of
from server.journal.database import open_engine, reading
from server.web.languages import LANGUAGES, Texts, read_texts

# The index's very words.
_FEEDBACK: Final = literal_column("kind = 'feedback-given'", Boolean)


@dataclass(frozen=True, slots=True)
class Said:
    """One patron's feedback; `at` is the branch's time."""

    at: datetime
    device: str
    feedback: FeedbackGiven

    @property
    def month(self) -> str:
        return f"{self.at:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Month:
    """How many said what in one month, e.g. `2026-11`; every rating is there."""

    month: str
    total: int
    ratings: dict[str, int]
    topics: dict[str, int]


def said(connection: Connection, zone: ZoneInfo) -> tuple[Said, ...]:
    """All feedback that is kept, the oldest first."""
    found = [
        Said(datetime.fromtimestamp(event.time, zone), str(event.device), event.fact)
        for event in events_of(connection, EVENTS.where(_FEEDBACK))
        if isinstance(event.fact, FeedbackGiven)
    ]
    return tuple(sorted(found, key=lambda one: one.at))


def by_month(feedback: Iterable[Said]) -> tuple[Month, ...]:
    """The months in which anything was said, in their order."""
    months: dict[str, list[FeedbackGiven]] = {}
    for one in feedback:
        months.setdefault(one.month, []).append(one.feedback)
    return tuple(_month(month, given) for month, given in sorted(months.items()))


def _month(month: str, given: list[FeedbackGiven]) -> Month:
    ratings = Counter(one.rating for one in given)
    topics = Counter(one.about.value for one in given if one.about is not None)
    told = {rating.value: ratings[rating] for rating in Rating}
    return Month(month, len(given), told, dict(topics.most_common()))


def tell_feedback(
    settings: Annotated[Path, typer.Option("--settings", help="the server's TOML file")],
    month: Annotated[str, typer.Option(help="this month alone, as 2026-11")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """What patrons said of their visits: a summary of each month, then their words."""
    read = read_settings(settings, ServerSettings)
    with reading(open_engine(read.database)) as connection:
        found = [one for one in said(connection, read.branch().zone) if month in {"", one.month}]
    if as_json:
        told = {"months": by_month(found), "feedback": found}
        typer.echo(msgspec.json.encode(told).decode())
        return
    texts = read_texts()
    for language in LANGUAGES:
        for line in _summary(by_month(found), texts[language]):
            typer.echo(line)
    for one in found:
        typer.echo(_line(one))


def _summary(months: Iterable[Month], texts: Texts) -> Iterable[str]:
    told = [_in_words(one, texts) for one in months]
    return told or [texts("feedback.none")]


def _in_words(one: Month, texts: Texts) -> str:
    words = {**one.ratings, **one.topics}
    counted = (
        f"{texts(f'feedback.{name}')} {texts.number(count)}" for name, count in words.items()
    )
    return f"{one.month}: {texts.number(one.total)} · {', '.join(counted)}"


def _line(one: Said) -> str:
    given: list[Any] = [f"{one.at:%Y-%m-%d %H:%M}", one.device, one.feedback.rating.value]
    given += [one.feedback.about.value] if one.feedback.about is not None else []
    return " · ".join((*given, one.feedback.words)) if one.feedback.words else " · ".join(given)

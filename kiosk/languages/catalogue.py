"""A catalogue of sentences, one section per screen, read once: `id.toml` and `staff.id.toml`.

["card"]                       text("card.heading")
heading = "..."
[pad.confirm]                  counted("pad.confirm", 3)   picks `one` or `other`
one = "... {count} ..."
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Final

from babel.core import Locale
from babel.dates import format_date

from broker.errors import SirkulaError
from broker.vocabulary import Reason
from kiosk.happenings import Button, Problem
from kiosk.visit import Outage

LANGUAGES: Final = ("id", "en")
UNBROKEN_SPACE: Final = "\u00a0"


class MissingText(SirkulaError):
    """A catalogue lacks a sentence, or the sentence wants a value nobody gave."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language's sentences by dotted key. Every method raises `MissingText`."""

    language: str
    sentences: dict[str, str]

    def text(self, key: str, /, **values: object) -> str:
        """The sentence with its `{placeholders}` filled in."""
        try:
            return self.sentences[key].format(**values)
        except KeyError as error:
            missing = f"{self.language}.toml: {key}: no text or no value for {error}"
            raise MissingText(missing) from error

    def counted(self, key: str, count: int, /, **values: object) -> str:
        """The sentence in the form this language uses for `count` things (CLDR plural rules)."""
        form = Locale.parse(self.language).plural_form(count)
        return self.text(f"{key}.{form}", count=count, **values)

    def reason(self, reason: Reason) -> str:
        return self.text(f"reason.{reason.value}")

    def renewal(self, reason: Reason) -> str:
        """Why a loan cannot go on, which asks other things of a patron than a loan refused."""
        own = f"renewal.{reason.value}"
        return self.text(own if own in self.sentences else "renewal.other")

    def problem(self, problem: Problem, missing: tuple[int, ...] = (), parts: int = 0) -> str:
        """What to do about it; an incomplete set names its missing parts."""
        numbers = ", ".join(map(str, missing))
        return self.text(f"problem.{problem.value}", missing=numbers, parts=parts)

    def outage(self, outage: Outage) -> str:
        return self.text(f"outage.{outage.value}")

    def button(self, button: Button) -> str:
        return self.text(f"button.{button.value}")

    def date(self, day: date) -> str:
        """A date as patrons write it, e.g. "Sen, 30 Nov 2026", which no line break tears apart."""
        return format_date(day, "EEE, d MMM y", locale=self.language).replace(" ", UNBROKEN_SPACE)


def read_catalogue(language: str) -> Catalogue:
    """The catalogue shipped for `language`. Raises `MissingText` when there is none."""
    sentences: list[tuple[str, str]] = []
    for name in (f"{language}.toml", f"staff.{language}.toml"):
        source = files("kiosk.languages") / name
        try:
            sentences += _flat(tomllib.loads(source.read_text("utf-8")))
        except FileNotFoundError as error:
            raise MissingText(f"{name}: no such catalogue, use {LANGUAGES}") from error
    return Catalogue(language, dict(sentences))


def read_catalogues() -> dict[str, Catalogue]:
    """Every language's catalogue."""
    return {language: read_catalogue(language) for language in LANGUAGES}


def _flat(section: dict[str, object], above: str = "") -> list[tuple[str, str]]:
    sentences: list[tuple[str, str]] = []
    for name, value in section.items():
        match value:
            case dict():
                sentences += _flat(value, f"{above}{name}.")
            case _:
                sentences.append((above + name, str(value)))
    return sentences

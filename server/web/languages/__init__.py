"""The page's words, one catalogue per language, and which one a visitor gets."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

LANGUAGES: Final = ("id", "en")  # the first is the library's own
_PREFERENCE: Final = re.compile(
    r"\s*([a-z]{1,8})(?:-[a-z0-9-]*)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*"
)


@dataclass(frozen=True, slots=True)
class Texts:
    """One language's catalogue: dotted keys to sentences with `{places}`."""

    language: str
    entries: Mapping[str, str]

    def __call__(self, key: str, **places: str) -> str:
        """The sentence with its places filled. Raises KeyError for one that no catalogue has."""
        return self.entries[key].format(**places)

    def either(self, key: str, otherwise: str) -> str:
        """The words for something open-ended, e.g. a component a newer station reports."""
        return self.entries.get(key, otherwise)

    def number(self, count: int) -> str:
        """With the language's mark between thousands.

        >>> Texts("id", {"thousands": "."}).number(10214)
        '10.214'
        """
        return f"{count:,}".replace(",", self.entries["thousands"])


def read_texts() -> dict[str, Texts]:
    """Every language's catalogue."""
    folder = resources.files(__name__)
    return {
        language: Texts(
            language, _flat(tomllib.loads((folder / f"{language}.toml").read_text("utf-8")))
        )
        for language in LANGUAGES
    }


def chosen(asked: str | None, accepted: str) -> str:
    """The language of `?lang=`, else the best known one of an Accept-Language header (RFC 9110).

    >>> chosen(None, "fr, en-GB;q=0.8, id;q=0.5"), chosen("id", "en"), chosen("xx", "")
    ('en', 'id', 'id')
    """
    if asked in LANGUAGES:
        return asked
    wishes = []
    for place, wish in enumerate(accepted.lower().split(",")):
        match = _PREFERENCE.fullmatch(wish)
        if match and match[1] in LANGUAGES and float(match[2] or 1) > 0:
            wishes.append((-float(match[2] or 1), place, match[1]))
    return min(wishes)[2] if wishes else LANGUAGES[0]


def _flat(table: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    entries: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            entries.update(_flat(value, f"{prefix}{key}."))
        else:
            entries[f"{prefix}{key}"] = str(value)
    return entries

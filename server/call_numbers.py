"""Call numbers in the order in which books stand, and the stretch of shelf each belongs to. Pure.

As Indonesian libraries write them: a mark of the collection where there is one, a class of the
Dewey Decimal Classification (many write 2X for Islam), then marks of author and title, volume and
copy: `899.221 3 HIR l`, `R 2X4.1 QAR f j.2`. A class is a decimal fraction, whether or not it is
written in threes; nothing stands before something, numbers before letters, volume 2 before volume
10; small letters and accents make no difference.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

_CLASSED: Final = re.compile(
    r"(?:(?P<collection>[^\W\d_]{1,8})[\s./-]*)?"
    r"(?P<whole>\d[\dX]\d)(?!\d)"
    r"(?:[.,](?P<fraction>(?:\d{3} )+\d{1,3}(?!\d)|\d+))?"
)
_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+")
_LONGEST_MARK: Final = 200  # bytes
_LONGEST_WORD: Final = 8
_LONGEST_NUMBER: Final = 200
# Before every letter and digit, so that nothing stands before something.
_END: Final = b"\0"
_NUMBER: Final = b"\1"
# No byte of UTF-8.
_AFTER_ALL: Final = b"\xff"
MOST_ON_A_SHELF: Final = 1000
"""So many are walked in one go: a hundred classes with more are divided."""

_LONGEST_COLLECTION: Final = 24


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call number stands. `mark` orders all of them as bytes and begins with `section`.

    `section` is a class without its fraction, e.g. `R 2X4`, or the first word where there is none.
    """

    section: bytes
    mark: bytes


@dataclass(frozen=True, slots=True)
class Stretch:
    """A shelf to walk along: those of `collection` whose mark is from `first` to before `end`."""

    name: str
    collection: str
    first: bytes
    end: bytes
    items: int


def place(call_number: str) -> Place:
    """Where it stands.

    >>> place("899.221 3 HIR l").section, place("Fik HIR").section
    (b'899', b'FIK')
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", call_number).upper())
    text = " ".join("".join(one for one in plain if not unicodedata.combining(one)).split())
    classed = _CLASSED.match(text)
    if classed is None:
        words = _TOKEN.findall(text)
        first = words[0][:_LONGEST_WORD] if words and not words[0].isdecimal() else ""
        return _placed(first, _END.join(map(_token, words)))
    section = " ".join(part for part in classed.group("collection", "whole") if part)
    fraction = (classed["fraction"] or "").replace(" ", "").rstrip("0").encode()
    rest = map(_token, _TOKEN.findall(text[classed.end() :]))
    return _placed(section, _END.join((fraction, *rest)))


def _placed(section: str, rest: bytes) -> Place:
    named = section.encode()
    return Place(named, (named + _END + rest)[:_LONGEST_MARK])


def _token(word: str) -> bytes:
    """Words by their letters; numbers, before all words, by how much they are."""
    if not word.isdecimal():
        return word.encode()
    digits = "".join(str(int(digit)) for digit in word).lstrip("0")[:_LONGEST_NUMBER] or "0"
    return _NUMBER + bytes([len(digits)]) + digits.encode()


def stretches(counted: Mapping[tuple[str, bytes], int]) -> tuple[Stretch, ...]:
    """The shelves of a library that has so many items per collection and section, in order.

    A hundred classes, e.g. 800-899, are one shelf; more than 1,000 items are divided by tens, and
    these by classes.
    """
    found: list[Stretch] = []
    for collection in sorted({collection for collection, _ in counted}):
        sections = {at: items for (of, at), items in counted.items() if of == collection}
        for at, items in sorted(_shelved(sections)):
            name = _name(collection, at, {one.name for one in found})
            first, end = (at, at + _AFTER_ALL) if _is_open(at) else (at + _END, at + _NUMBER)
            found.append(Stretch(name, collection, first, end, items))
    return tuple(found)


def _is_open(at: bytes) -> bool:
    """Whether it is the beginning of a class: a hundred or ten of them."""
    return re.fullmatch(rb"(?:.+ )?\d[\dX]?", at, re.DOTALL) is not None


def _shelved(sections: Mapping[bytes, int], digits: int = 1) -> Iterable[tuple[bytes, int]]:
    """Sections put together by so many first digits of their class, where that is not too much."""
    together: dict[bytes, dict[bytes, int]] = {}
    for at, items in sections.items():
        classed = re.fullmatch(rb"(?:.+ )?\d[\dX]\d", at, re.DOTALL) is not None
        head = at[: len(at) - 3 + digits] if classed else at
        together.setdefault(head, {})[at] = items
    for head, ones in together.items():
        items = sum(ones.values())
        if items <= MOST_ON_A_SHELF or head in ones:
            yield head, items
        else:
            yield from _shelved(ones, digits + 1)


def _name(collection: str, at: bytes, taken: Iterable[str]) -> str:
    """What it is called on every kiosk, once: the collection, and from which class to which."""
    told = at.decode()
    if _is_open(at):
        digits = told.rpartition(" ")[2]
        told += f"{'0' * (3 - len(digits))}-{digits:9<3}"
    plain = "".join(one if one.isprintable() and one not in "/\\" else "-" for one in collection)
    name = " ".join(part for part in (plain[:_LONGEST_COLLECTION].strip(), told) if part) or "-"
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name} ({number})"
    return unique

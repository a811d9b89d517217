"""Words as a search compares them, and where they stand in a title. Pure.

What is promised is the same for every catalogue: all the words are there, folded to small letters
without accents, a word of three letters or more as the beginning of one.
"""

import re
import unicodedata
from collections.abc import Sequence
from enum import IntEnum
from typing import Final

APOSTROPHES: Final = "'`\u2018\u2019\u02bb\u02bc"
BEGINNING: Final = 3  # letters
_WORD: Final = re.compile(r"[^\W_]+")
# Qur'an and Quran are one word.
_NO_APOSTROPHES: Final = str.maketrans("", "", APOSTROPHES)
_LONGEST_WORD: Final = 64


class Place(IntEnum):
    """Where a word stands, the weightiest first."""

    BEGINS_TITLE = 0
    IN_TITLE = 1
    IN_AUTHOR = 2


def folded(text: str) -> list[str]:
    """The words of a text as they are compared.

    >>> folded("Al-Qur'an & Élan Vital")
    ['al', 'quran', 'elan', 'vital']
    """
    # Before and after folding: a letter may come out of a compound, a compound out of a letter.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = plain.translate(_NO_APOSTROPHES)
    kept = "".join(one for one in bare if not unicodedata.combining(one))
    return [word[:_LONGEST_WORD] for word in _WORD.findall(kept)]


def asked_for(text: str) -> list[str]:
    """The words to look for, each once."""
    return list(dict.fromkeys(folded(text)))


def places(title: str, author: str) -> dict[str, Place]:
    """Each word once, where it counts most."""
    in_title = folded(title)
    found = dict.fromkeys(folded(author), Place.IN_AUTHOR)
    found |= dict.fromkeys(in_title, Place.IN_TITLE)
    return found | dict.fromkeys(in_title[:1], Place.BEGINS_TITLE)


def rank(words: Sequence[str], title: str, author: str) -> Place | None:
    """Where the first word stands; None unless all of them are there.

    >>> rank(["lask", "hirata"], "Laskar Pelangi", "Andrea Hirata")
    <Place.BEGINS_TITLE: 0>
    """
    standing = places(title, author)
    first: Place | None = None
    for number, word in enumerate(words):
        found = [place for one, place in standing.items() if _is(one, word)]
        if not found:
            return None
        first = min(found) if number == 0 else first
    return first


def _is(one: str, word: str) -> bool:
    return one.startswith(word) if len(word) >= BEGINNING else one == word

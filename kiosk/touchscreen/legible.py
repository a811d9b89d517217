"""What of a title the screen's font can show. Pure."""

from typing import Final
from unicodedata import category, name

# The scripts of Noto Sans; what is no letter, it has.
_SCRIPTS: Final = ("LATIN", "GREEK", "CYRILLIC", "COMBINING", "MODIFIER")


def legible(title: str) -> str:
    """Its words in letters that the font has; empty when no word of it is left.

    A title in Arabic or Chinese letters would be a row of boxes.

    >>> legible("Tafsir الجلالين jilid 2"), legible("红楼梦 2"), legible("1984")
    ('Tafsir jilid 2', '', '1984')
    """
    words = title.split()
    shown = [word for word in words if all(map(_has, word))]
    if shown == words:
        return title
    return " ".join(shown) if any(map(str.isalpha, "".join(shown))) else ""


def _has(character: str) -> bool:
    return category(character)[0] not in "LM" or name(character, "").startswith(_SCRIPTS)

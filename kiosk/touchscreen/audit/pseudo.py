"""A language longer than any we speak: shows which place is too small before a translator does.

Pure. English with accents, forty percent longer, its placeholders untouched.
"""

import re
from typing import Final

from kiosk.languages.catalogue import Catalogue

PSEUDO: Final = "pseudo"
LONGER: Final = 0.4
_ACCENTS: Final = str.maketrans("aeiouAEIOU", "àéîöüÀÉÎÖÜ")
_PADDING: Final = ("ûm", "öre", "îpsa", "dolê", "sit")


def pseudo(english: Catalogue) -> Catalogue:
    """The catalogue of the pseudo-language. Its plural forms and dates are English."""
    sentences = {key: longer(text) for key, text in english.sentences.items()}
    return Catalogue(english.language, sentences)


def longer(text: str) -> str:
    """The text in accents with words added until it is forty percent longer.

    >>> longer("Borrow {count} books")
    'Börröw {count} bööks ûm öre'
    """
    parts = re.split(r"(\{\w*\})", text)
    accented = "".join(part if part.startswith("{") else part.translate(_ACCENTS) for part in parts)
    wanted = round(len(text) * (1 + LONGER))
    words = iter(_PADDING * (1 + wanted // sum(map(len, _PADDING))))
    while len(accented) + 1 < wanted:
        accented += " " + next(words)[: wanted - len(accented) - 1]
    return accented

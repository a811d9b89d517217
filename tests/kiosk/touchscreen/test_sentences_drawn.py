"""No sentence of a screen is left out of the states that the audit draws, or speaks of what is not
there.
"""

import itertools
import re
from dataclasses import replace

import pytest

from kiosk.happenings import Button
from kiosk.languages.catalogue import LANGUAGES, Catalogue, read_catalogue
from kiosk.touchscreen.scenes import scene
from kiosk.touchscreen.speech.sentences import controls, texts
from kiosk.touchscreen.staff_scenes import staff_scene
from kiosk.touchscreen.staff_states import ROOMS
from kiosk.touchscreen.states import NOW, STATES
from kiosk.touchscreen.viewing import Viewing

VIEWINGS = (
    Viewing(),
    Viewing(adjusting=True, tall_panel=True),
    Viewing(
        large_text=True,
        high_contrast=True,
        reach=True,
        voice=True,
        adjusting=True,
        tall_panel=True,
    ),
)
# "Sentuh Pinjam atau Kembalikan"
NAMED = {
    "id": re.compile(r"[Ss]entuh ([A-Z]\w*)(?: atau ([A-Z]\w*))?"),
    "en": re.compile(r"[Tt]ouch ([A-Z]\w*)(?: or ([A-Z]\w*))?"),
}
ELSEWHERE = ("speech.", "receipt.", "staff.slip", "staff.voice")
NEVER = {
    # These have words of their own wherever they are drawn, or none.
    *(f"button.{one.value}" for one in (Button.CONFIRM, Button.STAY, Button.KEY)),
    *(f"button.{one.value}" for one in (Button.RENEW, Button.RENEW_ALL, Button.RATE, Button.TOPIC)),
    "staff-key.digit",
    # There is nothing to say of one, of no debt, of a book that is rightly away.
    "account.renew-all.one",
    "debt.none",
    "mark.away",
    # Help is closed until the kiosk has started, and while a book is at work.
    "help.on.starting",
    "help.on.lending",
}


class Asked(dict[str, str]):
    """A catalogue's sentences, and which of them were asked for."""

    def __init__(self, sentences: dict[str, str]) -> None:
        super().__init__(sentences)
        self.keys_asked: set[str] = set()

    def __getitem__(self, key: str) -> str:
        self.keys_asked.add(key)
        return super().__getitem__(key)


def asked(language: str) -> set[str]:
    """The keys of all sentences that some state shows in `language`."""
    sentences = Asked(read_catalogue(language).sentences)
    catalogue = Catalogue(language, sentences)
    for viewing in VIEWINGS:
        for visit in STATES.values():
            scene(replace(visit, language=language), NOW, catalogue, viewing)
        for room in ROOMS.values():
            assert room.session is not None
            staff_scene(room, room.session, NOW, catalogue, viewing)
    return sentences.keys_asked


def test_every_sentence_of_a_screen_stands_in_a_state_that_is_looked_over() -> None:
    drawn = set.union(*map(asked, LANGUAGES))
    every = {key for key in read_catalogue("id").sentences if not key.startswith(ELSEWHERE)}
    assert every - drawn == NEVER


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_button_that_a_sentence_names_is_on_the_screen(language: str) -> None:
    catalogue = read_catalogue(language)
    missed = []
    for state, visit in STATES.items():
        if visit.helping:  # help speaks of what comes later
            continue
        drawn = scene(replace(visit, language=language), NOW, catalogue)
        labels = tuple(one.label for one in controls(drawn))
        told = " ".join([*texts(drawn.body), *texts(drawn.notes)])
        missed += [
            (state, name)
            for name in itertools.chain(*NAMED[language].findall(told))
            if name and not any(label.startswith(name) for label in labels)
        ]
    assert missed == []

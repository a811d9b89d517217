"""A library's own look holds for weak eyes, and says what is wrong with one that does not."""

import pytest

from broker.appearance import LONGEST_NAME, LONGEST_TEXT, Appearance
from broker.telemetry import OfflinePolicy, SettingsDesired
from broker.wire import decode_snapshot, encode_snapshot


@pytest.mark.parametrize("colour", ["", "12483F", "7a1fa2", "000000"])
def test_a_colour_that_white_words_stand_on_is_taken(colour: str) -> None:
    assert Appearance(colour=colour).colour == colour


@pytest.mark.parametrize(
    ("colour", "why"),
    [
        ("FFC107", "too light"),
        ("2E7D32", "too light"),
        ("#12483F", "not RRGGBB"),
        ("red", "RRGGBB"),
    ],
)
def test_any_other_is_refused_with_the_reason(colour: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Appearance(colour=colour)


def test_what_finds_no_room_on_a_screen_is_refused_with_its_name() -> None:
    with pytest.raises(ValueError, match="name: 49 characters"):
        Appearance("x" * (LONGEST_NAME + 1))
    with pytest.raises(ValueError, match=r"welcome\.id: 81 characters"):
        Appearance(welcome={"id": "x" * (LONGEST_TEXT + 1)})


def test_a_language_that_kiosks_do_not_speak_is_refused() -> None:
    with pytest.raises(ValueError, match="hold_place: no language nl"):
        Appearance(hold_place={"nl": "op de plank"})


def test_a_server_that_says_nothing_of_it_leaves_everything_as_it_is() -> None:
    offline = OfflinePolicy(5, 72, 7, "Asia/Jakarta", (), ())
    told = encode_snapshot(SettingsDesired(1, in_service=True, reason="", offline=offline))
    older = told.replace(b',"house":{"name":"","colour":"","welcome":{},"hold_place":{}}', b"")
    assert older != told
    assert decode_snapshot(older, SettingsDesired).house == Appearance()

"""The catalogues say the same things, and everything that can be said is in them."""

from string import Formatter

import pytest

from broker.facts import Mark
from broker.kinds import FACTS
from broker.telemetry import Kind, Mode, Presence
from broker.topics import FROM_DEVICE
from broker.vocabulary import Reason
from server.circulation.errands import Change
from server.circulation.outcomes import Difference
from server.circulation.tasks import Choice, TaskKind
from server.closed_days import Standing
from server.transfer.fields import Why
from server.web.languages import LANGUAGES, Texts, chosen, read_texts
from server.web.status import Status
from server.web.times import Wall
from tests.server.web.scenes import NOON, ZONE

# What no library's system says no for.
OF_A_STATION = {
    Reason.ACT_CLOSED,
    Reason.OFFLINE_LIMIT,
    Reason.OFFLINE_TOO_LONG,
    Reason.STATION_FULL,
    Reason.STATION_UNCHECKED,
    Reason.TAG_NOT_WRITTEN,
    Reason.CANCELLED,
    Reason.INTERRUPTED,
    Reason.NO_ADDRESS,
    Reason.MAIL_FAILED,
}
OF_A_SYSTEM = [reason for reason in Reason if reason not in OF_A_STATION]
CLOSED_WORDS = (
    *(f"kind.{kind.value}" for kind in Kind),
    *(f"mode.{mode.value}" for mode in Mode),
    *(f"presence.{presence.value}" for presence in Presence),
    *(f"status.{status.value}" for status in Status),
    *(f"fact.{kind}" for kind in FACTS),
    *(f"{table}.{kind.value}" for table in ("task", "task-advice") for kind in TaskKind),
    *(f"choice.{choice.value}" for choice in Choice),
    *(f"mark.{mark.value}" for mark in Mark),
    *(f"line.{why.value}" for why in Why),
    *(f"closed-day.{one.value}" for one in Standing),
    *(f"system.{one.value}" for words in (Difference, Change) for one in words),
    *(f"system.{reason.value}" for reason in OF_A_SYSTEM),
    *(f"channel.{channel.value}" for channel in FROM_DEVICE),
    *(f"self-check.reason.{reason.value}" for reason in Reason),
)


@pytest.fixture(scope="module")
def texts() -> dict[str, Texts]:
    return read_texts()


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_every_language_says_the_same_things(texts: dict[str, Texts]) -> None:
    keys = [set(texts[language].entries) for language in LANGUAGES]
    assert all(one == keys[0] for one in keys)


def test_every_language_has_the_same_places_in_each_sentence(texts: dict[str, Texts]) -> None:
    first, *others = (texts[language].entries for language in LANGUAGES)
    for other in others:
        assert {key: places(text) for key, text in first.items()} == {
            key: places(text) for key, text in other.items()
        }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_closed_word_of_the_contract_has_a_sentence(
    texts: dict[str, Texts], language: str
) -> None:
    assert [key for key in CLOSED_WORDS if key not in texts[language].entries] == []


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", "id"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "de, en;q=0.4, id;q=0.7", "id"),
        (None, "en;q=0, de", "id"),
        (None, ";;,q=,en;q=7", "id"),
        ("en", "id", "en"),
        ("xx", "en", "en"),
    ],
)
def test_a_visitor_gets_the_language_asked_for(
    asked: str | None, accepted: str, language: str
) -> None:
    assert chosen(asked, accepted) == language


def test_times_are_the_branchs_own(texts: dict[str, Texts]) -> None:
    wall = Wall(ZONE, NOON, texts["id"])
    assert wall.moment(NOON) == "12.00\xa0WIB"
    assert wall.moment(NOON - 86_400) == "Sen, 23 Nov 2026, 12.00\xa0WIB"
    assert wall.to_the_second() == "12.00.00\xa0WIB"
    assert Wall(ZONE, NOON, texts["en"]).moment(NOON) == "12:00\xa0WIB"

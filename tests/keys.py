"""The server's key pair that every test knows; the contract's examples are sealed to it."""

from dataclasses import replace
from functools import cache
from typing import Final

from broker.facts import Entry, with_patron
from broker.requests import Question
from broker.requests import with_patron as about
from broker.sealing import OpeningKey
from broker.vocabulary import PatronId, SealedPatron

OPENING: Final = OpeningKey(bytes(range(32)))
SEALING: Final = OPENING.sealing


@cache
def seal(patron: PatronId) -> SealedPatron:
    """Always the same for a patron, so that the same story is the same bytes."""
    return SEALING.seal(patron)


def sealed(entry: Entry) -> Entry:
    """The entry as a station sends it."""
    patron = getattr(entry.fact, "patron", None)
    if not isinstance(patron, PatronId):
        return entry
    return replace(entry, fact=with_patron(entry.fact, seal(patron)))


def sealed_question(question: Question) -> Question:
    """The question as a station sends it."""
    patron = getattr(question, "patron", None)
    return about(question, seal(patron)) if isinstance(patron, PatronId) else question


def opened_question(question: Question) -> Question:
    """The question as the server reads it."""
    patron = getattr(question, "patron", None)
    return question if patron is None else about(question, OPENING.open(patron))


def opened(entry: Entry) -> Entry:
    """The entry as the server reads it."""
    patron = getattr(entry.fact, "patron", None)
    if patron is None:
        return entry
    return replace(entry, fact=with_patron(entry.fact, OPENING.open(patron)))

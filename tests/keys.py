"""The server's key pair that every test knows; the contract's examples are sealed to it."""

from base64 import b64decode, urlsafe_b64encode
from dataclasses import replace
from functools import cache
from hashlib import blake2b, sha256
from typing import Final

from nacl.public import Box, PrivateKey, PublicKey

from broker.facts import Entry, with_patron
from broker.requests import Question, with_pin
from broker.requests import with_patron as about
from broker.sealing import PREFIX, OpeningKey
from broker.vocabulary import PatronId, Pin, SealedPatron, Secret

OPENING: Final = OpeningKey(bytes(range(32)))
SEALING: Final = OPENING.sealing


@cache
def seal(patron: PatronId) -> SealedPatron:
    """Always the same for a patron, in every process, so that a story told again is the same bytes.

    A libsodium sealed box whose one-time key is drawn from the number instead of by chance.
    """
    number = patron.reveal().encode().ljust(64, b"\0")
    server = PublicKey(b64decode(str(SEALING)))
    once = PrivateKey.from_seed(sha256(number).digest())
    nonce = blake2b(bytes(once.public_key) + bytes(server), digest_size=24).digest()
    sealed = bytes(once.public_key) + Box(once, server).encrypt(number, nonce).ciphertext
    return SealedPatron(PREFIX + urlsafe_b64encode(sealed).decode().rstrip("="))


def sealed(entry: Entry) -> Entry:
    """The entry as a station sends it."""
    patron = getattr(entry.fact, "patron", None)
    if not isinstance(patron, PatronId):
        return entry
    return replace(entry, fact=with_patron(entry.fact, seal(patron)))


def sealed_question(question: Question) -> Question:
    """The question as a station sends it."""
    patron, pin = getattr(question, "patron", None), getattr(question, "pin", None)
    if isinstance(pin, Secret):
        question = with_pin(question, SEALING.seal_secret(pin))
    return about(question, seal(patron)) if isinstance(patron, PatronId) else question


def opened_question(question: Question) -> Question:
    """The question as the server reads it."""
    patron, pin = getattr(question, "patron", None), getattr(question, "pin", None)
    if isinstance(pin, Pin):
        question = with_pin(question, OPENING.open_secret(pin))
    return question if patron is None else about(question, OPENING.open(patron))


def opened(entry: Entry) -> Entry:
    """The entry as the server reads it."""
    patron = getattr(entry.fact, "patron", None)
    if patron is None:
        return entry
    return replace(entry, fact=with_patron(entry.fact, OPENING.open(patron)))

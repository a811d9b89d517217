"""What is sealed opens with the server's key and nothing else, and tells nothing meanwhile."""

import re
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import Box, PrivateKey, PublicKey, SealedBox

from broker.errors import BadMessage, BadSettings
from broker.examples import examples
from broker.sealing import PREFIX, SECRET_PREFIX, NotOpened, OpeningKey, SealingKey
from broker.topics import Channel
from broker.vocabulary import ERASED, PatronId, SealedPatron, SealedSecret, Secret
from broker.wire import decode_ask
from tests.broker import messages
from tests.keys import OPENING, SEALING

SITI = PatronId("KTA-0007")
keys = st.binary(min_size=32, max_size=32).map(OpeningKey)


@given(keys, messages.patrons)
def test_any_number_comes_back_from_its_seal(key: OpeningKey, patron: PatronId) -> None:
    assert key.open(key.sealing.seal(patron)) == patron


@given(keys, messages.patrons)
def test_a_key_survives_its_file(key: OpeningKey, patron: PatronId) -> None:
    sealing = SealingKey.read(f"{key.sealing}\n")
    assert OpeningKey.read(f"{key.reveal()}\n").open(sealing.seal(patron)) == patron


@given(messages.patrons, messages.patrons)
def test_a_seal_tells_neither_who_nor_how_long_the_number_is_nor_whether_it_is_the_same(
    one: PatronId, other: PatronId
) -> None:
    seals = {str(SEALING.seal(patron)) for patron in (one, one, other)}
    assert len(seals) == 3
    assert {len(seal) for seal in seals} == {len(PREFIX) + 150}
    assert not any(one.reveal() in seal for seal in seals if len(one.reveal()) > 6)


@given(keys, keys)
def test_another_key_opens_nothing(key: OpeningKey, other: OpeningKey) -> None:
    sealed = key.sealing.seal(SITI)
    if str(other.sealing) != str(key.sealing):
        with pytest.raises(NotOpened, match="another key than this server's"):
            other.open(sealed)


@given(keys, messages.secrets)
def test_any_pin_comes_back_from_its_seal_and_no_seal_tells_its_length(
    key: OpeningKey, secret: Secret
) -> None:
    sealed = key.sealing.seal_secret(secret)
    assert key.open_secret(sealed) == secret
    assert len(sealed.reveal()) == len(SECRET_PREFIX) + 406
    assert key.sealing.seal_secret(secret) != sealed


@given(keys, keys)
def test_another_key_opens_no_pin(key: OpeningKey, other: OpeningKey) -> None:
    sealed = key.sealing.seal_secret(Secret("1234"))
    if str(other.sealing) != str(key.sealing):
        with pytest.raises(NotOpened, match="a PIN sealed to another key than this server's"):
            other.open_secret(sealed)


@given(messages.sealed_secrets)
def test_what_only_looks_like_a_sealed_pin_is_refused_as_a_message(pin: SealedSecret) -> None:
    with pytest.raises(BadMessage):
        OPENING.open_secret(pin)


@pytest.mark.parametrize("content", [b"", b"\xff", b"\n"])
def test_what_is_sealed_as_a_pin_must_be_one(content: bytes) -> None:
    box = SealedBox(PublicKey(b64decode(str(SEALING)))).encrypt(content.ljust(256, b"\0"))
    sealed = SealedSecret(SECRET_PREFIX + urlsafe_b64encode(box).decode().rstrip("="))
    with pytest.raises(NotOpened, match="what is sealed is no PIN"):
        OPENING.open_secret(sealed)


def test_only_a_sealed_pin_can_be_opened() -> None:
    with pytest.raises(NotOpened, match="a PIN that is not sealed"):
        OPENING.open_secret(Secret("1234"))


@given(st.integers(0, 149), st.sampled_from("AQgw048_-"))
def test_a_seal_with_one_character_changed_opens_to_the_same_or_not_at_all(
    place: int, character: str
) -> None:
    """The last character carries four bits that belong to nothing."""
    text = str(SEALING.seal(SITI))
    at = len(PREFIX) + place
    changed = SealedPatron(text[:at] + character + text[at + 1 :])
    try:
        assert OPENING.open(changed) == SITI
        assert changed == SealedPatron(text) or place == 149
    except NotOpened:
        assert str(changed) != text


@given(messages.sealed)
def test_what_only_looks_sealed_is_refused_as_a_message(sealed: SealedPatron) -> None:
    with pytest.raises(BadMessage):
        OPENING.open(sealed)


@given(st.binary(min_size=64, max_size=64))
def test_what_is_sealed_must_be_a_number(content: bytes) -> None:
    sealed = seal_anything(content)
    number = content.rstrip(b"\0")
    if re.fullmatch(rb"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}", number):
        assert OPENING.open(sealed).reveal().encode() == number
        return
    with pytest.raises(NotOpened, match="what is sealed is no patron's number"):
        OPENING.open(sealed)


def seal_anything(content: bytes) -> SealedPatron:
    """As a station would that seals something else."""
    box = SealedBox(PublicKey(b64decode(str(SEALING)))).encrypt(content)
    return SealedPatron(PREFIX + urlsafe_b64encode(box).decode().rstrip("="))


@pytest.mark.parametrize("patron", [SITI, ERASED])
def test_only_what_is_sealed_can_be_opened(patron: PatronId) -> None:
    with pytest.raises(NotOpened, match="a patron that is not sealed"):
        OPENING.open(patron)


def test_a_seal_opens_by_the_steps_that_libsodium_documents() -> None:
    """A second witness of the format: `crypto_box_open` with the nonce made by hand."""
    sealed = urlsafe_b64decode(str(SEALING.seal(SITI)).removeprefix(PREFIX) + "==")
    once, box = sealed[:32], sealed[32:]
    nonce = blake2b(once + b64decode(str(SEALING)), digest_size=24).digest()
    opened = Box(PrivateKey(b64decode(OPENING.reveal())), PublicKey(once)).decrypt(box, nonce)
    assert opened == SITI.reveal().encode().ljust(64, b"\0")


def test_the_contracts_example_is_what_the_contract_says() -> None:
    ask = next(one.payload for one in examples() if one.channel is Channel.ASK)
    patron = getattr(decode_ask(ask).question, "patron")  # noqa: B009 a question may have none
    assert OPENING.open(patron) == SITI


def test_the_contracts_pin_is_what_the_contract_says() -> None:
    asks = [decode_ask(one.payload).question for one in examples() if one.channel is Channel.ASK]
    (pin,) = [pin for ask in asks if (pin := getattr(ask, "pin", None)) is not None]
    assert OpeningKey(bytes(range(32))).open_secret(pin) == Secret("1234")


@pytest.mark.parametrize("text", ["", "abc", "ä", "A" * 43, "A" * 44 + "=", "AAAA" * 11])
def test_what_is_no_key_is_refused(text: str) -> None:
    for read in (SealingKey.read, OpeningKey.read):
        with pytest.raises(BadSettings, match="base64"):
            read(text)


@pytest.mark.parametrize("raw", [bytes(32), b"\1" + bytes(31)])
def test_a_public_key_that_would_hide_nothing_is_refused(raw: bytes) -> None:
    """Points of small order: https://cr.yp.to/ecdh.html#validate."""
    with pytest.raises(BadSettings, match="would hide nothing"):
        SealingKey(raw)


def test_a_private_key_is_never_printed() -> None:
    shown = f"{OPENING} {OPENING!r} {[OPENING]}"
    assert OPENING.reveal() not in shown
    assert "OpeningKey(...)" in shown


def test_every_new_key_is_another() -> None:
    assert str(OpeningKey.new().sealing) != str(OpeningKey.new().sealing)

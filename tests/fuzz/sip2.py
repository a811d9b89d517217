"""What a library's system may answer, spoilt: streams, messages, and what we make of them."""

from contextlib import suppress
from datetime import date
from zoneinfo import ZoneInfo

from broker.vocabulary import ItemId, PatronId
from server.ils.port import ItemRecord, Lent, OutcomeUnknown, PatronRecord, Refused
from server.ils.sip2 import settling
from server.ils.sip2.meaning import Meaning, is_yes, returned, said_by
from server.ils.sip2.profiles import PROFILES, Profile
from server.ils.sip2.protocol import Garbled, Message, NotSendable, Receiver, checksum, parse
from server.ils.sip2.questions import Account, Questions, check_answer
from server.ils.sip2.settling import Look, Word
from tests.fuzz.targets import Target
from tests.vectors.read import vectors

ZONE, TODAY = ZoneInfo("Asia/Jakarta"), date(2026, 11, 23)
PATRON, ITEM = PatronId("P00001"), ItemId("ID000001")
LINES = tuple(each["line"].encode() for each in vectors("sip2_transcripts")["answers"])
SEALED = tuple(line + b"AY1AZ" + checksum(line + b"AY1AZ") for line in LINES)
WORDS = (b"|", b"AA", b"AB", b"AH", b"AU", b"AY1AZ", b"\r", b"\n", b"&#124;", b"20261123    235900")
ASKED = [
    (profile, questions.patron(PATRON), questions.item(ITEM), questions.back(ITEM, 0.0))
    for profile in PROFILES.values()
    for questions in [Questions(Account("MPL", ZONE), profile, lambda: 1.8e9)]
]


def _stream(data: bytes) -> None:
    receiver = Receiver()
    for start in range(0, len(data), 7):
        receiver.hear(data[start : start + 7])
        while (raw := receiver.next_message()) is not None:
            assert b"\r" not in raw
            _message(raw)


def _sealed(data: bytes) -> None:
    """With a checksum that agrees, which noise would seldom have."""
    _message(data)
    _message(data + b"AZ" + checksum(data + b"AZ"))


def _message(raw: bytes) -> None:
    for profile, *questions in ASKED:
        try:
            answer = parse(raw, profile.coding)
        except Garbled:
            continue
        for question in questions:
            with suppress(Garbled):
                check_answer(question, answer, profile)
        with suppress(NotSendable):
            answer.encode(profile.coding, 7)
        _meant(answer, profile)


def _meant(answer: Message, profile: Profile) -> None:
    meaning = Meaning(profile, ZONE)
    match answer.number:
        case "64":
            meaning.patron(PATRON, answer, TODAY, pin_given=True)
        case "18":
            meaning.item(ITEM, answer)
        case "10":
            returned(ITEM, answer)
        case "12" | "30":
            with suppress(Garbled):
                Word(is_yes(answer), said_by(answer)).refused()


def _settled(data: bytes) -> None:
    """Two spoilt answers as the records before and after a loan that was said yes to."""
    for profile, *_ in ASKED:
        meaning = Meaning(profile, ZONE)
        records: list[PatronRecord | ItemRecord | Refused] = []
        for line in data.split(b"\r")[:4]:
            with suppress(Garbled):
                answer = parse(line, profile.coding)
                if answer.number == "64":
                    records.append(meaning.patron(PATRON, answer, TODAY, pin_given=False))
                if answer.number == "18":
                    records.append(meaning.item(ITEM, answer))
        people = [one for one in records if isinstance(one, PatronRecord)]
        copies = [one for one in records if isinstance(one, ItemRecord)]
        if people and copies:
            before, after = Look(people[0], copies[0]), Look(people[-1], copies[-1])
            settling.bar_to_loan(before)
            with suppress(OutcomeUnknown):
                settling.loan(before, Word(yes=True, said=()), Lent(ITEM, None, ()), after)


def _records() -> tuple[bytes, ...]:
    people = [line for line in LINES if line.startswith(b"64")]
    copies = [line for line in LINES if line.startswith(b"18")]
    return tuple(b"\r".join((one, two, one, two)) for one in people for two in copies)


TARGETS: dict[str, Target] = {
    "sip2-stream": Target(_stream, tuple(line + b"\r\n" for line in LINES + SEALED), WORDS),
    "sip2-message": Target(_sealed, LINES + SEALED, WORDS),
    "sip2-records": Target(_settled, _records(), WORDS),
}

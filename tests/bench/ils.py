"""SIP2 messages a second, against an independent implementation in the same run (PyPI `pysip2`)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypeVar

import pysip2

from server.ils.sip2.protocol import checksum, parse
from server.ils.sip2.writing import Coding
from tests.vectors.read import vectors

Thing = TypeVar("Thing")
MOST_RATIO = 1 / 3
ROUNDS = 400
CODING = Coding(("utf-8",))
ASKED = (
    "6300120261123    225405  Y       AOMPL|AAP00001|AC|AD1234|",
    "1720261123    225405AOMPL|ABID000001|AC|",
    "11YN20261123    22540520261207    235900AOMPL|AAP00001|ABID000001|AC|AD1234|BON|BIN|",
    "09N20261123    22540520261123    225405APMPL|AOMPL|ABID000001|AC|BIN|",
)


def _lines() -> list[bytes]:
    """What both understand, of what was seen; sealed as on the line."""
    lines = []
    for text in (*ASKED, *(seen["line"] for seen in vectors("sip2_transcripts")["answers"])):
        head = text.encode() + b"AY1AZ"
        raw = head + checksum(head) + b"\r"
        try:
            pysip2.decode_message(raw)
        except pysip2.SIP2Error:
            continue
        lines.append(raw)
    return lines


def ils_figures(_: Path, rounds: int) -> Iterator[dict[str, float | str]]:
    """Parsing with the two numbers every answer is checked for, and building."""
    lines = _lines()
    ours, theirs = _per_second(_parsed, lines, rounds), _per_second(_decoded, lines, rounds)
    yield _figures("parse", ours, theirs, len(lines))
    messages = [parse(raw[:-1], CODING) for raw in lines]
    models = [pysip2.decode_message(raw).message for raw in lines]
    ours = _per_second(lambda message: message.encode(CODING, 1), messages, rounds)
    theirs = _per_second(_encoded, models, rounds)
    yield _figures("build", ours, theirs, len(lines))


def _parsed(raw: bytes) -> tuple[str, str | None, str | None]:
    message = parse(raw[:-1], CODING)
    return message.fixed[:1], message.only("AA"), message.only("AB")


def _decoded(raw: bytes) -> tuple[object, object]:
    message = pysip2.decode_message(raw).message
    return getattr(message, "patron_identifier", None), getattr(message, "item_identifier", None)


def _encoded(message: pysip2.SIPMessage) -> bytes:
    return pysip2.encode_message(message, sequence_number=1, checksum=True)


def _per_second(act: Callable[[Thing], object], things: list[Thing], rounds: int) -> float:
    rates = []
    for _ in range(rounds):
        begun = perf_counter()
        for _ in range(ROUNDS):
            for thing in things:
                act(thing)
        rates.append(ROUNDS * len(things) / (perf_counter() - begun))
    return median(rates)


def _figures(name: str, ours: float, theirs: float, lines: int) -> dict[str, float | str]:
    return {
        "bench": f"ils: {name}",
        "messages": lines,
        "per_second": round(ours),
        "pysip2_per_second": round(theirs),
        "ratio": round(theirs / ours, 3),
        "at_most": round(MOST_RATIO, 3),
    }

"""What a terminal may send, spoilt and in pieces, to the SIP2 server's dialogue.

Whatever is heard, nothing but answers comes out; each is one line that can be read, and no more
come than messages went in. Who has not signed in learns nothing and changes nothing.
"""

from zoneinfo import ZoneInfo

from server.ils.sip2.protocol import LONGEST, parse
from server.ils.sip2.writing import MODERN
from server.ils.sip2_server.accounts import EVERY, NOBODY, Terminal
from server.ils.sip2_server.asked import Place
from server.ils.sip2_server.desk import Desk
from server.ils.sip2_server.dialogue import Dialogue
from server.ils.sip2_server.house import House
from server.web.languages import read_texts
from tests.fuzz.targets import Target
from tests.ils.ledger import Ledger, small_library
from tests.ils.shelf import Shelf
from tests.ils.terminal import AT, LOGIN, book, drop, loan, person, renewal, sealed

PLACE, WORDS = Place("MPL", ZoneInfo("Asia/Jakarta")), read_texts()
MACHINE = Terminal("lain", NOBODY.password, EVERY)
BODIES = (
    loan(),
    loan("P00002", "ID000006", "BIY|"),
    "11Y" + loan(more="AD1234|")[3:],
    drop(),
    drop(more="BIY|"),
    renewal(),
    person(more="AD1234|BP1|BQ5|"),
    book(),
    LOGIN,
    "9900302.00",
    f"65{AT}AOMPL|AAP00002|",
    f"37{AT}0100IDRBV5.00|AOMPL|AAP00001|BK7|",
    f"15+{AT}AOMPL|AAP00001|",
    f"35{AT}AOMPL|AAP00001|",
    f"25{AT}AOMPL|AAP00001|",
    f"01N{AT}AOMPL|ALx|AAP00001|AC|",
    f"19{AT}AOMPL|ABID000003|CHx|",
    f"23000{AT}AOMPL|AAP00001|AC|AD1234|",
    "97",
)
WORDS_SPLICED = (
    b"|", b"AA", b"ABID000003|", b"AAP00001|", b"AD", b"BIY|", b"AY1AZ", b"\r", b"\n", b"&#124;",
    b"11NN", b"09Y", AT.encode(), b"\xc3\xa9", b"x" * 9_000,
)  # fmt: skip


def _served(data: bytes, terminal: Terminal | None) -> tuple[Ledger, list[bytes]]:
    ledger = small_library()
    house = House(Shelf(ledger), PLACE, WORDS, lambda: 1_795_449_245.0, b"key")
    dialogue = Dialogue(Desk(house, {}), "127.0.0.1")
    dialogue.terminal = terminal
    answers: list[bytes] = []
    for start in range(0, len(data), 97):
        dialogue.hear(data[start : start + 97])
        while (answer := dialogue.next_answer()) is not None:
            answers.append(answer)
    return ledger, answers


def _spoilt(data: bytes) -> None:
    ledger, answers = _served(data, MACHINE)
    assert len(answers) <= data.count(b"\r") + len(data) // LONGEST + 1
    assert len(ledger.effects) <= len(answers) + len(ledger.titles)
    for answer in answers:
        assert answer.count(b"\r") == 1
        assert b"\n" not in answer
        assert answer.endswith(b"\r")
        parse(answer[:-1], MODERN)
    ledger, answers = _served(data, None)
    assert ledger.effects == []
    assert {answer[:3] for answer in answers} <= {b"940", b"98Y", b"96\r", b"96A"}


TARGETS: dict[str, Target] = {
    "sip2-terminal": Target(
        _spoilt,
        tuple(sealed(body.encode(), number % 10) for number, body in enumerate(BODIES)),
        WORDS_SPLICED,
    )
}

"""A receipt by mail tells items and dates in the patron's language, and nothing else."""

from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.receipts import ReceiptLine, Transaction
from broker.vocabulary import ActId, ItemId, MailAddress
from server.mail.letter import Letter, Letterhead, written
from server.web.languages import read_texts

SITI = MailAddress("siti.aminah@binjai.example")
HEAD = Letterhead(
    MailAddress("struk@perpustakaan.example"), "Perpustakaan Kota Binjai", read_texts()
)
AT = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
DUE = date(2026, 11, 30)
LINES = (
    ReceiptLine(ItemId("B00012"), Transaction.LENT, DUE),
    ReceiptLine(ItemId("B00013"), Transaction.LENT, DUE, provisional=True),
    ReceiptLine(ItemId("B00014"), Transaction.RENEWED, date(2026, 12, 7)),
    ReceiptLine(ItemId("B00015"), Transaction.RETURNED, None),
)
LETTER = Letter(ActId("kios-01/17"), SITI, "id", LINES, {})


def read(letter: Letter, head: Letterhead = HEAD) -> EmailMessage:
    raw = written(letter, head, AT)
    assert raw.isascii()
    return message_from_bytes(raw, policy=default)


def body(mail: EmailMessage) -> list[str]:
    return str(mail.get_content()).splitlines()


def test_it_says_what_happened_and_until_when_in_indonesian() -> None:
    assert body(read(LETTER))[:14] == [
        "Perpustakaan Kota Binjai",
        "Bukti peminjaman, Sen, 23 Nov 2026",
        "",
        "Dipinjam:",
        "- B00012: jatuh tempo Sen, 30 Nov 2026",
        "- B00013: jatuh tempo Sen, 30 Nov 2026 *",
        "",
        "Diperpanjang:",
        "- B00014: jatuh tempo Sen, 7 Des 2026",
        "",
        "Dikembalikan:",
        "- B00015",
        "",
        "* Tanggal sementara. Petugas akan memastikannya.",
    ]


@pytest.mark.parametrize(("asked", "subject"), [("en", "Loan receipt"), ("fr", "Bukti peminjaman")])
def test_another_language_is_english_or_the_librarys_own(asked: str, subject: str) -> None:
    mail = read(Letter(LETTER.act, SITI, asked, LINES, {}))
    assert mail["Subject"] == f"{subject}: Perpustakaan Kota Binjai"


def test_its_headers_say_that_nobody_wrote_it_and_know_it_again() -> None:
    mail = read(LETTER)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == AT
    assert mail["From"] == "Perpustakaan Kota Binjai <struk@perpustakaan.example>"
    assert mail["To"] == SITI.reveal()
    assert mail["Message-ID"].endswith("@perpustakaan.example>")
    assert "kios" not in mail["Message-ID"]
    again, other = read(LETTER), read(Letter(ActId("kios-01/18"), SITI, "id", LINES, {}))
    assert again["Message-ID"] == mail["Message-ID"] != other["Message-ID"]
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content_charset() == "utf-8"


def test_titles_stand_beside_the_numbers_where_the_library_lets_them() -> None:
    titles = {ItemId("B00012"): "Laskar\r\nPelangi \u202e“é”"}
    lines = body(read(Letter(LETTER.act, SITI, "id", LINES, titles)))
    assert "- B00012 (Laskar Pelangi “é”): jatuh tempo Sen, 30 Nov 2026" in lines


def test_a_library_without_a_name_has_none() -> None:
    mail = read(LETTER, Letterhead(HEAD.sender, "", HEAD.texts))
    assert (mail["Subject"], body(mail)[0]) == (
        "Bukti peminjaman",
        "Bukti peminjaman, Sen, 23 Nov 2026",
    )


@given(st.text(), st.text())
def test_no_word_of_a_library_or_a_title_becomes_a_header(house: str, title: str) -> None:
    spoilt = f"{house}\r\nBcc: x@y.example\n\n.\r\n"
    letter = Letter(LETTER.act, SITI, "id", LINES, {ItemId("B00012"): title + spoilt})
    mail = read(letter, Letterhead(HEAD.sender, spoilt, HEAD.texts))
    assert sorted(mail.keys()) == sorted(read(LETTER).keys())
    assert len(body(mail)) == len(body(read(LETTER)))

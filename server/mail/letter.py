"""A receipt as a mail: items and due dates in the patron's language, nobody's name or number. Pure.

Source: RFC 5322 (the message), RFC 2047 (its headers), RFC 3834 (a mail that nobody wrote).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import blake2b
from typing import Final

from broker.receipts import ReceiptLine, Transaction
from broker.vocabulary import ActId, ItemId, MailAddress
from server.web.languages import LANGUAGES, Texts
from server.web.times import day

_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent; `titles` of items only where the library's rule lets mails name them."""

    act: ActId
    to: MailAddress
    language: str
    lines: tuple[ReceiptLine, ...]
    titles: Mapping[ItemId, str]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: an address, the library's name or nothing, and its words by language."""

    sender: MailAddress
    house: str
    texts: Mapping[str, Texts]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a mail says, in lines, and to whom; `act` is what was done by it."""

    act: ActId
    to: MailAddress
    subject: str
    body: tuple[str, ...]


def written(letter: Letter, head: Letterhead, at: datetime) -> bytes:
    """The message of `at`, a moment with the branch's zone, as it goes to the mail server."""
    texts = head.texts.get(letter.language, head.texts[LANGUAGES[0]])
    house = printable(head.house)
    subject = texts("mail.subject")
    heading = f"{subject}: {house}" if house else subject
    body = (*([house] if house else ()), f"{subject}, {day(at, texts)}", *_body(letter, texts))
    return message(Draft(letter.act, letter.to, heading, body), head, at)


def message(draft: Draft, head: Letterhead, at: datetime) -> bytes:
    """Any mail of ours. Its id is the act's: one that went out twice is known by it."""
    sent = EmailMessage(policy=SMTP)
    sent["From"] = Address(printable(head.house), addr_spec=head.sender.reveal())
    sent["To"] = Address(addr_spec=draft.to.reveal())
    sent["Subject"] = draft.subject
    sent["Date"] = at
    name = blake2b(str(draft.act).encode(), digest_size=_ID_BYTES).hexdigest()
    sent["Message-ID"] = f"<{name}@{domain(head.sender)}>"
    sent["Auto-Submitted"] = "auto-generated"
    sent.set_content("\n".join(draft.body) + "\n", charset="utf-8", cte="quoted-printable")
    return sent.as_bytes()


def domain(address: MailAddress) -> str:
    return address.reveal().rpartition("@")[2]


def printable(text: str) -> str:
    r"""In one line, without signs that nobody sees: they break headers, or turn a line round.

    >>> printable("Bumi\r\nBcc: x\u202e")
    'Bumi Bcc: x'
    """
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _body(letter: Letter, texts: Texts) -> list[str]:
    body = []
    for transaction in Transaction:
        lines = [line for line in letter.lines if line.transaction is transaction]
        if lines:
            body += ["", texts(f"mail.{transaction.value}")]
            body += [f"- {_line(line, letter.titles, texts)}" for line in lines]
    if any(line.provisional for line in letter.lines):
        body += ["", f"* {texts('mail.provisional')}"]
    return [*body, "", texts("mail.automatic"), texts("mail.not-yours")]


def _line(line: ReceiptLine, titles: Mapping[ItemId, str], texts: Texts) -> str:
    title = printable(titles.get(line.item, ""))
    named = f"{line.item} ({title})" if title else str(line.item)
    if line.due is None:
        return named
    mark = " *" if line.provisional else ""
    return f"{named}: {texts('mail.due', date=day(line.due, texts))}{mark}"

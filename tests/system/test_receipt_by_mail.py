"""A visit's receipt arrives by mail, and its address is in the records and in the mail alone."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import update

from broker.kinds import kind_of
from broker.mqtt import Event, Received
from broker.processes import stop
from broker.receipts import ReceiptLine, ReceiptSent, SendReceipt, Transaction
from broker.requests import (
    Answer,
    Ask,
    Describe,
    Description,
    Grant,
    Identify,
    Lend,
    Question,
    Reply,
    Standing,
)
from broker.requests import with_patron as about
from broker.sealing import SealingKey
from broker.topics import Channel, Topic
from broker.vocabulary import ActId, PatronId, Reason, Refusal
from broker.wire import decode_reply, encode_ask
from server.journal.database import open_engine, transaction
from server.journal.tables import member
from server.mail.settings import Security
from tests.brokers import Listener, started_mosquitto
from tests.mail_server import PASSWORD, USER, MailServer, mail_server
from tests.server.stories import BOOK, BUDI, SITE, SITI, stock
from tests.system.test_server_process import BOX, Library

ADDRESS = "kenari.siti@binjai.example"
LOAN, RECEIPT = ActId("loan-1"), ActId("receipt-1")
SLOW_SECONDS = 2.0


def settings(folder: Path, server: MailServer) -> str:
    secrets = folder / "mail-secrets.toml"
    secrets.write_text(f'password = "{PASSWORD}"\n', encoding="utf-8")
    secrets.chmod(0o600)
    return (
        f'[mail]\nhost = "127.0.0.1"\nport = {server.port}\nfrom = "struk@perpustakaan.example"\n'
        f'user = "{USER}"\nsecrets = "{secrets}"\nca = "{server.ca}"\n'
        '[house]\nname = "Perpustakaan Kota Binjai"\n'
    )


class Visit:
    """A station whose patron borrows, by hand; `listener` hears all that the broker carries."""

    def __init__(self, library: Library, key: SealingKey, listener: Listener) -> None:
        self._library, self._key, self._listener = library, key, listener
        self._asked = 0

    def send(self, question: Question) -> str:
        self._asked += 1
        patron = getattr(question, "patron", None)
        if isinstance(patron, PatronId):
            question = about(question, self._key.seal(patron))
        ask = Ask(f"c{self._asked}", time.time() + 10.0, question)
        topic = str(Topic(SITE, BOX, Channel.ASK, kind_of(question)))
        self._library.box.line.publish(topic, encode_ask(ask), retain=False)
        return ask.correlation

    def answer(self, correlation: str) -> Answer:
        wanted = str(Topic(SITE, BOX, Channel.REPLY))

        def told(event: Event) -> Reply | None:
            if not isinstance(event, Received) or event.topic != wanted:
                return None
            reply = decode_reply(event.payload)
            return reply if reply.correlation == correlation else None

        return self._library.box.until(told).answer

    def ask(self, question: Question) -> Answer:
        return self.answer(self.send(question))

    def carried(self) -> bytes:
        """Everything so far, up to a message of our own."""
        self._listener.line.publish("the/end", b"", retain=False)
        said: list[bytes] = []

        def ended(event: Event) -> bool | None:
            if not isinstance(event, Received):
                return None
            said.append(event.topic.encode() + b" " + event.payload)
            return event.topic == "the/end" or None

        self._listener.until(ended)
        return b"\n".join(said)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[MailServer]:
    """Not below `tmp_path`: what the mail server holds is no part of the library."""
    folder = tmp_path.parent / f"{tmp_path.name}-post"
    with mail_server(folder, Security.STARTTLS, login=True) as server:
        yield server


@contextmanager
def visiting(tmp_path: Path, post: MailServer) -> Iterator[Visit]:
    mosquitto = started_mosquitto(tmp_path / "broker")
    listener = Listener(mosquitto.port, "ear", "#").connected()
    database = f"sqlite:///{tmp_path / 'server.db'}"
    library = Library(tmp_path, database, mosquitto, settings(tmp_path, post))
    engine = open_engine(database)
    with transaction(engine) as connection:
        stock(connection)
        siti = member.c.number == SITI.reveal()
        connection.execute(update(member).where(siti).values(mail=ADDRESS))
    engine.dispose()
    public = (tmp_path / "keys" / "sealing.pub").read_text(encoding="ascii")
    yield Visit(library, SealingKey.read(public), listener)
    stop(library.server)
    for line in (library.box.line, listener.line):
        line.close()
    mosquitto.stop()


def files_with(folder: Path, word: str) -> set[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    return {path.name.split("-")[0] for path in files if word.encode() in path.read_bytes()}


def test_the_receipt_of_a_visit_arrives_once_and_tells_nobody_the_address(
    tmp_path: Path, post: MailServer, capfd: pytest.CaptureFixture[str]
) -> None:
    with visiting(tmp_path, post) as visit:
        assert visit.ask(Identify(SITI)) == Standing(0, 3, mailable=True)
        assert visit.ask(Identify(BUDI)) == Standing(0, 3)
        granted = visit.ask(Lend(LOAN, BOOK, SITI))
        assert isinstance(granted, Grant)
        lines = (ReceiptLine(BOOK, Transaction.LENT, granted.due),)
        receipt = SendReceipt(RECEIPT, SITI, "id", lines)
        assert visit.ask(receipt) == ReceiptSent(RECEIPT)
        assert visit.ask(receipt) == ReceiptSent(RECEIPT)
        assert visit.ask(SendReceipt(RECEIPT, BUDI, "id", lines)) == Refusal(Reason.NO_ADDRESS)

        (mail,) = post.mailbox.mails
        assert mail["To"] == ADDRESS
        assert mail["From"] == "Perpustakaan Kota Binjai <struk@perpustakaan.example>"
        text = str(mail.get_content())
        assert f"- {BOOK}: jatuh tempo" in text
        assert "Laskar Pelangi" not in text
        assert not any(word in mail.as_string() for word in ("Siti", SITI.reveal()))

        post.mailbox.refusals["RCPT"] = f"550 5.1.1 <{ADDRESS}> unknown"
        assert visit.ask(SendReceipt(ActId("r-2"), SITI, "en", lines)) == Refusal(
            Reason.MAIL_FAILED
        )
        carried = visit.carried()
        assert b"receipt-sent" in carried
        assert ADDRESS.encode() not in carried
    assert files_with(tmp_path, ADDRESS) == {"server.db"}
    logged = "".join(capfd.readouterr())
    assert "a receipt was not mailed" in logged
    assert ADDRESS not in logged


def test_no_other_question_waits_for_a_slow_mail_server(tmp_path: Path, post: MailServer) -> None:
    with visiting(tmp_path, post) as visit:
        post.mailbox.silence["RCPT"] = SLOW_SECONDS
        lines = (ReceiptLine(BOOK, Transaction.RETURNED, None),)
        begun = time.monotonic()
        slow = visit.send(SendReceipt(RECEIPT, SITI, "id", lines))
        assert isinstance(visit.ask(Describe(BOOK)), Description)
        assert time.monotonic() - begun < SLOW_SECONDS
        assert visit.answer(slow) == ReceiptSent(RECEIPT)


# A test mail --------------------------------------------------------------------------------------


def tried(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "server", "mail-test", "--to", ADDRESS, *more]
    command += ["--settings", str(folder / "server.toml")]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def configured(folder: Path, mail: str) -> None:
    broker = "[broker]\nport = 1\n[web]\nport = 2\n"
    text = f'site = "{SITE}"\ndatabase = "sqlite://"\nkeys = ""\n{broker}{mail}'
    (folder / "server.toml").write_text(text, encoding="utf-8")


def test_a_test_mail_arrives(tmp_path: Path, post: MailServer) -> None:
    configured(tmp_path, settings(tmp_path, post))
    done = tried(tmp_path)
    assert (done.returncode, done.stdout[:5]) == (0, "sent:"), done.stderr
    (mail,) = post.mailbox.mails
    assert "Sirkula" in mail["Subject"]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("port = {port}", "port = 1", "connection refused: look at `host` and `port`"),
        (f'user = "{USER}"', 'user = "salah"', "login refused (535)"),
        ("ca = ", "# ", "its certificate is not believed"),
        ("", "", "the sender `from` is refused: may this user send from there? (553). It says: no"),
    ],
)
def test_a_test_mail_says_plainly_what_is_wrong(
    tmp_path: Path, post: MailServer, before: str, after: str, words: str
) -> None:
    post.mailbox.refusals["MAIL"] = "553 no"
    text = settings(tmp_path, post).replace(before.format(port=post.port), after, 1)
    configured(tmp_path, text)
    done = tried(tmp_path)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_without_mail_there_is_nothing_to_test(tmp_path: Path) -> None:
    configured(tmp_path, "")
    done = tried(tmp_path)
    assert done.returncode == 1
    assert "there is no [mail] to send by" in done.stderr

"""A receipt is sent once per act, however often and by how many threads it is asked for."""

import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from broker.receipts import ReceiptLine, ReceiptSent, SendReceipt, Transaction
from broker.requests import Answer
from broker.vocabulary import ActId, DeviceId, ItemId, MailAddress, PatronId, Reason, Refusal
from server.mail.letter import Letterhead
from server.mail.letterbox import Asker, Letterbox
from server.mail.postman import Postman
from server.mail.relay import open_relay
from server.mail.settings import MailSettings, Security
from server.web.languages import read_texts
from tests.ils.cases import JAKARTA
from tests.mail_server import Mailbox, MailServer, mail_server

KIOSK, OTHER = DeviceId("kios-01"), DeviceId("kios-02")
SITI = MailAddress("siti.aminah@binjai.example")
SENDER = MailAddress("struk@perpustakaan.example")
LINES = (ReceiptLine(ItemId("B00012"), Transaction.LENT, date(2026, 11, 30)),)


def receipt(act: str = "a") -> SendReceipt:
    return SendReceipt(ActId(act), PatronId("KTA-1"), "id", LINES)


class Post:
    """A letterbox, a postman at work and a real mail server; `told` by correlation."""

    def __init__(self, server: MailServer) -> None:
        settings = MailSettings("127.0.0.1", SENDER, server.port, Security.TLS, ca=str(server.ca))
        self.mailbox: Mailbox = server.mailbox
        self.letterbox = Letterbox()
        self.told: dict[str, Answer] = {}
        self._changed = threading.Condition()
        self.postman = Postman(
            self.letterbox,
            open_relay(settings, time.monotonic),
            Letterhead(SENDER, "Perpustakaan Kota Binjai", read_texts()),
            (time.time, JAKARTA),
            self._say,
            threading.Event(),
        )

    def _say(self, device: DeviceId, correlation: str, answer: Answer, now: float) -> None:
        del device, now
        with self._changed:
            self.told[correlation] = answer
            self._changed.notify_all()

    def ask(
        self,
        correlation: str,
        act: str = "a",
        *,
        device: DeviceId = KIOSK,
        within: float = 5.0,
        to: MailAddress | None = SITI,
    ) -> Answer | None:
        """What a station hears while it waits."""
        asker = Asker(device, correlation, time.time() + within)
        answer = self.letterbox.put(receipt(act), to, {}, asker)
        if answer is not None:
            return answer
        with self._changed:
            self._changed.wait_for(lambda: correlation in self.told, within)
            return self.told.get(correlation)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with mail_server(tmp_path) as server:
        post = Post(server)
        post.postman.start()
        yield post
        post.postman.join()


def test_asking_twice_sends_one(post: Post) -> None:
    assert [post.ask("c1"), post.ask("c2")] == [ReceiptSent(ActId("a"))] * 2
    (mail,) = post.mailbox.mails
    assert mail["To"] == SITI.reveal()


def test_asking_again_while_it_is_sent_sends_one_and_both_hear_of_it(post: Post) -> None:
    post.mailbox.silence["RCPT"] = 0.5
    answers: list[Answer | None] = []
    threads = [
        threading.Thread(target=lambda name=name: answers.append(post.ask(name)))
        for name in ("c1", "c2", "c3")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [ReceiptSent(ActId("a"))] * 3
    assert len(post.mailbox.mails) == 1


def test_the_same_name_of_an_act_at_another_station_is_another_receipt(post: Post) -> None:
    post.ask("c1")
    post.ask("c2", device=OTHER)
    assert len(post.mailbox.mails) == 2


def test_without_an_address_nothing_is_sent(post: Post) -> None:
    assert post.ask("c1", to=None) == Refusal(Reason.NO_ADDRESS)


def test_what_was_refused_may_be_asked_for_again(post: Post) -> None:
    post.mailbox.refusals["RCPT"] = "450 later"
    assert post.ask("c1") == Refusal(Reason.MAIL_FAILED)
    post.mailbox.refusals.clear()
    assert post.ask("c2") == ReceiptSent(ActId("a"))


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_failure_is_logged_without_whom_it_was_for(
    post: Post, capsys: pytest.CaptureFixture[str], step: str
) -> None:
    post.mailbox.refusals[step] = f"550 <{SITI.reveal()}> unknown"
    assert post.ask("c1") == Refusal(Reason.MAIL_FAILED)
    logged = "".join(capsys.readouterr())
    assert "a receipt was not mailed" in logged
    assert "(550)" in logged
    assert SITI.reveal() not in logged


def test_what_may_have_been_sent_is_never_sent_again(post: Post) -> None:
    post.mailbox.silence["DATA"] = 1.5
    assert post.ask("c1", within=0.7) is None
    post.mailbox.silence.clear()
    assert post.ask("c2", within=1.0) is None
    assert len(post.mailbox.mails) == 1


def test_what_is_too_late_for_its_station_is_not_sent(post: Post) -> None:
    assert post.ask("c1", within=-1.0) is None
    assert post.ask("c2", "b") == ReceiptSent(ActId("b"))
    assert len(post.mailbox.mails) == 1


def test_a_slow_mail_server_keeps_the_other_receipts_no_longer_than_their_own(post: Post) -> None:
    post.mailbox.silence["MAIL"] = 0.6
    begun = time.monotonic()
    threads = [
        threading.Thread(target=post.ask, args=(name, name)) for name in ("c1", "c2", "c3", "c4")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - begun < 2.0
    assert len(post.mailbox.mails) == 4


def test_more_than_a_mail_server_takes_is_refused_at_once() -> None:
    letterbox = Letterbox()
    askers = [Asker(KIOSK, f"c{number}", 4e9) for number in range(201)]
    answers = [letterbox.put(receipt(f"a{one.correlation}"), SITI, {}, one) for one in askers]
    assert answers == [None] * 200 + [Refusal(Reason.MAIL_FAILED)]

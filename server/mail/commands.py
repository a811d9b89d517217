"""`sirkula-server mail-test`, and who sends receipts while the server runs."""

import secrets
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from broker.errors import BadSettings, SirkulaError
from broker.settings import read_settings
from broker.vocabulary import ActId, MailAddress
from server.configuration import ServerSettings
from server.library import Library
from server.mail.letter import Draft, Letterhead, message
from server.mail.postman import Postman, Say
from server.mail.relay import MailError, open_relay
from server.web.languages import read_texts

_TEST_SECONDS: Final = 30.0


class TestFailed(SirkulaError):
    """The mail was not sent, or nobody knows; the text says what to put right."""


def mail_test(
    settings: Annotated[Path, typer.Option("--settings", help="the server's TOML file")],
    to: Annotated[str, typer.Option("--to", help="an address of your own")],
) -> None:
    """Sends one mail as receipts are sent, and says what is wrong when it cannot."""
    read = read_settings(settings, ServerSettings)
    if read.mail is None:
        raise BadSettings(f"{settings}: there is no [mail] to send by")
    try:
        address = MailAddress(to)
    except ValueError as error:
        raise BadSettings(f"--to: {error}") from error
    relay = open_relay(read.mail, time.monotonic)
    head = Letterhead(read.mail.sender, read.house.name, read_texts())
    words = tuple(texts("mail.test") for texts in head.texts.values())
    draft = Draft(ActId(f"test-{secrets.token_hex(12)}"), address, words[0], words)
    at = datetime.fromtimestamp(time.time(), read.branch().zone)
    try:
        relay.send(address, message(draft, head, at), _TEST_SECONDS)
    except MailError as error:
        said = f" It says: {error.said}" if error.said else ""
        raise TestFailed(f"{error}.{said}") from error
    typer.echo(f"sent: {read.mail.host} has taken it; look into the mailbox, and among the spam")


def at_the_post(
    read: ServerSettings, library: Library, say: Say, stopping: threading.Event
) -> Postman | None:
    """Whoever sends receipts from now on; None where none go by mail. Raises BadSettings."""
    if read.mail is None or library.letterbox is None:
        return None
    relay = open_relay(read.mail, time.monotonic)
    clock = (time.time, read.branch().zone)
    head = Letterhead(read.mail.sender, read.house.name, read_texts())
    postman = Postman(library.letterbox, relay, head, clock, say, stopping)
    postman.start()
    return postman

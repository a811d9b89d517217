"""The commands of `sirkula-server` about devices and their certificates."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from broker.errors import BadSettings
from broker.identity.codes import SECRET_BYTES
from broker.settings import read_settings
from broker.vocabulary import DeviceId
from server.configuration import ServerSettings
from server.enrolment.keys import open_keys
from server.enrolment.register import Listed, listing
from server.enrolment.registrar import Registrar
from server.journal.database import open_engine, reading
from server.journal.own import OWN_DEVICE
from server.migrations import migrate

File = Annotated[Path, typer.Option("--settings", help="the server's TOML file")]
Name = Annotated[str, typer.Argument(help="the device's name, as kios-01")]
_MINUTE: Final = "%Y-%m-%d %H:%M %Z"


def keys(settings: File) -> None:
    """Makes what is missing in the folder of keys: the authority, once, and certificates."""
    read = read_settings(settings, ServerSettings)
    found = open_keys(read.keys, read.site, read.hosts(), time.time())
    found.tend(time.time())
    for name, until in found.ends().items():
        typer.echo(f"{name}: until {_told(read)(until)}")


def invite(
    device: Name,
    settings: File,
    *,
    expired: Annotated[
        bool, typer.Option(help="instead let it renew its expired certificate by itself")
    ] = False,
) -> None:
    """Lets DEVICE enrol once within half an hour, and prints what to type there.

    A device that has a certificate loses it when the new one is given: so a dead one is replaced.
    """
    with _office(settings) as (registrar, read):
        who, now = _device(device), time.time()
        secret = secrets.token_bytes(SECRET_BYTES)
        if expired:
            registrar.approve(who, secret, now)
            typer.echo(f"{who} may renew its expired certificate within the next half hour")
            return
        if read.enrolment is None:
            raise BadSettings(f"{settings}: devices enrol where [enrolment] says; add it")
        code = registrar.invite(who, secret, now).reveal()
        host, port = read.enrolment.names[0], read.enrolment.port
        typer.echo(f"sirkula enrol --server https://{host}:{port} --code {code} --folder FOLDER")


def revoke(device: Name, settings: File) -> None:
    """Nothing DEVICE says counts any more, at once; its certificates are on the list."""
    with _office(settings) as (registrar, _):
        registrar.revoke(_device(device), time.time())
        typer.echo(f"{device} is revoked")


def devices(settings: File) -> None:
    """Lists every device: its certificate's end, whether it may speak, when it was heard."""
    with _office(settings) as (registrar, read):
        now = time.time()
        with reading(registrar.engine) as connection:
            listed = listing(connection, now)
        for one in listed:
            typer.echo(_line(one, _told(read), now))


@contextmanager
def _office(settings: Path) -> Iterator[tuple[Registrar, ServerSettings]]:
    read = read_settings(settings, ServerSettings)
    found = open_keys(read.keys, read.site, read.hosts(), time.time())
    migrate(read.database)
    engine = open_engine(read.database)
    try:
        yield Registrar(engine, found), read
    finally:
        engine.dispose()


def _device(name: str) -> DeviceId:
    try:
        device = DeviceId(name)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if device == OWN_DEVICE:
        raise typer.BadParameter(f"{OWN_DEVICE} is this server's own name in the journal")
    return device


def _told(read: ServerSettings) -> Callable[[float], str]:
    zone = read.branch().zone
    return lambda moment: datetime.fromtimestamp(moment, zone).strftime(_MINUTE)


def _line(one: Listed, told: Callable[[float], str], now: float) -> str:
    """One device in words, columns apart by two spaces or more."""
    if one.revoked_at is not None:
        certificate = f"revoked {told(one.revoked_at)}"
    elif one.valid_until is None:
        certificate = "no certificate"
    else:
        word = "until" if one.valid_until > now else "expired"
        certificate = f"{word} {told(one.valid_until)}"
    heard = "never heard" if one.last_heard is None else f"heard {told(one.last_heard)}"
    invited = "" if one.invited_until is None else f"  invited until {told(one.invited_until)}"
    return f"{one.device!s:32}  {certificate:32}  {heard}{invited}"

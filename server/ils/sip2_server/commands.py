"""`sirkula-server sip2`: the library offered over SIP2 to machines of other makers."""

import secrets
import threading
import time
from pathlib import Path
from typing import Annotated, Final

import typer

from broker.errors import BadSettings
from broker.program import stopping
from broker.settings import read_settings
from server.configuration import ServerSettings
from server.ils.commands import offered
from server.ils.sip2_server.desk import Desk
from server.ils.sip2_server.dialogue import Dialogue
from server.ils.sip2_server.house import House
from server.ils.sip2_server.listener import Listener
from server.journal.database import await_database, open_engine
from server.passwords import SALT_BYTES, Password
from server.web.languages import read_texts

File = Annotated[Path, typer.Option("--settings", help="the server's TOML file")]
_LOOKED_AT_EVERY_S: Final = 1.0


def serve(settings: File) -> None:
    """Offers the library to self-checks of other makers, over SIP2."""
    read = read_settings(settings, ServerSettings)
    if read.sip2 is None:
        raise BadSettings(f"{settings}: serving SIP2 needs [sip2]")
    stop_asked, engine = stopping(), open_engine(read.database)
    await_database(engine, stop_asked)
    library = offered(read, engine, stop_asked)
    key = secrets.token_bytes()
    house = House(library, read.sip2.place(read.branch().zone), read_texts(), time.time, key)
    desk = Desk(house, read.sip2.terminals())
    listener = Listener(
        read.sip2.host, read.sip2.port, read.sip2.limits(), lambda there: Dialogue(desk, there)
    )
    serving = threading.Thread(target=listener.run, daemon=True)
    serving.start()
    while not stop_asked.wait(_LOOKED_AT_EVERY_S) and serving.is_alive():
        pass
    stop_asked.set()
    listener.stop()
    serving.join()
    engine.dispose()


def hash_password() -> None:
    """Asks for a terminal's password and prints the line for its `password_file`."""
    password = typer.prompt("password", hide_input=True, confirmation_prompt=True, err=True)
    typer.echo(Password.hashed(password, secrets.token_bytes(SALT_BYTES)).line)

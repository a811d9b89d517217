"""`sirkula staff`: what is kept of a staff card or code, for the settings of kiosks and server."""

import secrets
from typing import Annotated, Final

import typer

from broker.errors import BadSettings
from broker.staff_keys import LEAST_KEY_BYTES, card_hash, code_hash
from broker.vocabulary import PatronId, Secret

app: Final = typer.Typer(help="Staff cards and codes, as hashes.", no_args_is_help=True)
_SALT_BYTES: Final = 16


@app.command()
def code() -> None:
    """Ask for a code of six digits or more, and print the line for a kiosk's [staff]."""
    typed = typer.prompt("Code", hide_input=True, confirmation_prompt=True)
    try:
        kept = code_hash(Secret(typed), secrets.token_bytes(_SALT_BYTES))
    except ValueError as error:
        raise BadSettings(str(error)) from error
    typer.echo(f'code = "{kept}"')


@app.command()
def card(
    key: Annotated[
        str | None, typer.Option(help="the `card_key` there is already, for one more card")
    ] = None,
) -> None:
    """Ask for a card's number, and print the lines for [staff] of a kiosk or of the server."""
    number = typer.prompt("Number", hide_input=True)
    try:
        used = secrets.token_bytes(LEAST_KEY_BYTES) if key is None else bytes.fromhex(key)
        kept = card_hash(PatronId(number), used)
    except ValueError as error:
        raise BadSettings(f"no card's number, or no key in hexadecimal: {error}") from error
    typer.echo(f'card_key = "{used.hex()}"\ncards = ["{kept}"]')

"""`sirkula enrol`: gives this device its identity, with a code that staff made at the server."""

from pathlib import Path
from typing import Annotated

import typer

from broker.errors import BadSettings


def enrol(
    *,
    server: Annotated[str, typer.Option(help="as https://HOST:PORT")],
    code: Annotated[str, typer.Option(help="from `sirkula-server invite`; good once")],
    folder: Annotated[Path, typer.Option(help="the station's own, as its settings say")],
) -> None:
    """Makes this device's key, here, and has the library's server certify it.

    Nothing is told to a server that is not the one the code is from. What the folder held before is
    replaced once the new certificate is there.
    """
    # Only who enrols needs cryptography.
    from broker.identity import client  # noqa: PLC0415
    from broker.identity.codes import read_code  # noqa: PLC0415
    from broker.identity.folder import IdentityFolder  # noqa: PLC0415

    address, typed = client.read_address(server), read_code(code)
    try:
        enrolled = client.enrol(IdentityFolder(folder), address, typed)
    except OSError as error:
        raise BadSettings(f"{folder}: {error}") from error
    typer.echo(f"this is {enrolled.device} of {enrolled.site} now; in its settings:")
    typer.echo(
        f'site = "{enrolled.site}"\ndevice = "{enrolled.device}"\nfolder = "{folder.absolute()}"'
    )
    typer.echo("[broker]\ntls = true")

"""What other servers know us by: secrets in a file of their own; and whom we believe to be one."""

import ssl
import stat
from pathlib import Path
from typing import Final

import msgspec

from broker.errors import BadSettings
from broker.settings import read_settings

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file that `secrets` names. `terminal_password` is SIP2's AC. Prints nothing of it."""

    password: str = ""
    terminal_password: str = ""

    def __repr__(self) -> str:
        return "Secrets(...)"


def read_secrets(path: str) -> Secrets:
    """Raises BadSettings when others may read it."""
    if not path:
        return Secrets()
    secrets = read_settings(Path(path), Secrets)
    if Path(path).stat().st_mode & _OTHERS:
        raise BadSettings(f"others may read it: chmod 600 {path}")
    return secrets


def tls_context(ca: str) -> ssl.SSLContext:
    """Raises BadSettings when the authority's certificate cannot be read."""
    try:
        return ssl.create_default_context(cafile=ca or None)
    except OSError as error:
        raise BadSettings(f"{ca}: no certificate of an authority: {error}") from error

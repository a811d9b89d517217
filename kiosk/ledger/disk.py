"""What can be wrong with a ledger, in the only words the rest of a station has to know."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, NoResultFound

from broker.errors import SirkulaError

# The primary code is the low byte, https://www.sqlite.org/rescode.html
_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class LedgerUnusable(SirkulaError):
    """The disk does not take writes, or the file is not this station's ledger; the text says."""


class LedgerDamaged(LedgerUnusable):
    """The file cannot be this station's ledger (any more), however often it is tried."""


@contextmanager
def on_disk() -> Iterator[None]:
    """Translates the database's errors."""
    try:
        yield
    except DBAPIError as error:
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        kind = LedgerDamaged if code in _DAMAGED else LedgerUnusable
        raise kind(f"the ledger was not written: {error.orig}") from error
    except NoResultFound as error:
        raise LedgerUnusable("the ledger does not know this act") from error

"""What goes wrong with the ledger's disk, in one word."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, NoResultFound

from broker.errors import SirkulaError


class LedgerUnusable(SirkulaError):
    """The disk does not take writes, or the file is not this station's ledger; the text says."""


@contextmanager
def on_disk() -> Iterator[None]:
    """Raises LedgerUnusable for whatever the database says about its file."""
    try:
        yield
    except DBAPIError as error:
        raise LedgerUnusable(f"the ledger was not written: {error.orig}") from error
    except NoResultFound as error:
        raise LedgerUnusable("the ledger does not know this act") from error

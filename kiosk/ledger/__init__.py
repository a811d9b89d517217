"""What this station did and still owes the server, on its own disk.

Law: the only SQLAlchemy import of the stations. Every method is one transaction; when it returns,
the disk has it (SQLite WAL, synchronous=FULL). Used by the station's one thread.
"""

from kiosk.ledger.book_of_acts import Ledger, Owed
from kiosk.ledger.disk import LedgerUnusable

__all__ = ["Ledger", "LedgerUnusable", "Owed"]

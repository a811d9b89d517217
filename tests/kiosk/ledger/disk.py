"""What a ledger stands on, for tests that spoil it."""

from sqlalchemy import Engine

from kiosk.ledger import Ledger


def engine_of(ledger: Ledger) -> Engine:
    return ledger._engine

"""What the server wants of this station, remembered for starts without a network."""

from typing import Final

from broker.errors import BadMessage
from broker.telemetry import OfflinePolicy, SettingsDesired
from broker.wire import decode_snapshot, encode_snapshot
from kiosk.ledger import Ledger

_MEMORY: Final = "settings-desired"


class Orders:
    """The newest settings the server sent, kept in the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.desired: SettingsDesired | None = _kept(ledger.recall(_MEMORY))

    @property
    def policy(self) -> OfflinePolicy | None:
        return None if self.desired is None else self.desired.offline

    def take(self, desired: SettingsDesired) -> None:
        """Keeps newer settings. Raises LedgerUnusable when the disk does not take them."""
        if desired != self.desired:
            self._ledger.remember(_MEMORY, encode_snapshot(desired))
            self.desired = desired


def _kept(memory: bytes | None) -> SettingsDesired | None:
    """None for what an earlier program wrote in its own way: the server's word is retained."""
    try:
        return None if memory is None else decode_snapshot(memory, SettingsDesired)
    except BadMessage:
        return None

"""`sirkula-kiosk` as it is started: `kiosk.__main__`, brought in without looking for garbage."""

import gc

# What is imported stays: to look for garbage among it would cost a tenth of the start.
gc.disable()

from kiosk.__main__ import main, run

__all__ = ["main", "run"]

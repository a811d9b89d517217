"""`sirkula-kiosk` as it is started: its program, brought in without looking for garbage."""

import gc

# What is imported stays: to look for garbage among it would cost a tenth of the start.
gc.disable()

from kiosk.program import main, run

__all__ = ["main", "run"]

if __name__ == "__main__":
    main()

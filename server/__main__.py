"""`sirkula-server` as it is started: its program, brought in without looking for garbage."""

import gc

# What is imported stays: to look for garbage among it would cost a fifth of the start.
gc.disable()

from server.program import main

if __name__ == "__main__":
    main()

"""The witness of a recorded program: writes down, the moment it is so, what is known outside."""

import json
import os
from pathlib import Path


class Witness:
    """One line for each thing seen; without a file it sees nothing."""

    def __init__(self, path: Path | None) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._file = None if path is None else os.open(path, flags, 0o644)

    def saw(self, **what: object) -> None:
        """One call, so that it stands between the others where it belongs."""
        if self._file is not None:
            os.write(self._file, json.dumps(what).encode() + b"\n")

"""The voice: espeak-ng in a process of its own, one utterance at a time.

The text goes through standard input, so that no title ever stands in the machine's process list.
"""

import logging
import subprocess
from typing import Final

VOICES: Final = {"id": "id", "en": "en"}
WORDS_PER_MINUTE: Final = 150
# espeak-ng's amplitude from 0 to 200, by the patron's volume from 1 to 5.
AMPLITUDES: Final = {1: 25, 2: 55, 3: 100, 4: 150, 5: 200}

log = logging.getLogger(__name__)


class Voice:
    """Speaks with `program`. A machine without it stays silent, which the log tells once.

    No program at all is silence that nobody needs to be told.
    """

    def __init__(self, program: str) -> None:
        self._program = program
        self._missing = not program
        self._speaking: subprocess.Popen[bytes] | None = None

    def say(self, text: str, language: str, volume: int) -> None:
        """Begins to say `text` and returns at once; what was being said ends."""
        self.hush()
        if self._missing or not text:
            return
        command = [
            self._program,
            "-v",
            VOICES.get(language, "en"),
            "-a",
            str(AMPLITUDES[volume]),
            "-s",
            str(WORDS_PER_MINUTE),
            "--stdin",
        ]
        try:
            self._speaking = subprocess.Popen(  # noqa: S603  # the program of the settings
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self._tell(self._speaking, text)
        except OSError as error:
            self._missing = True
            log.warning("the screen stays silent: %s: %s; install espeak-ng", self._program, error)

    def hush(self) -> None:
        """Ends what is being said."""
        if self._speaking is not None:
            self._speaking.kill()
            self._speaking.wait()
            self._speaking = None

    @staticmethod
    def _tell(speaking: "subprocess.Popen[bytes]", text: str) -> None:
        """A scene is far shorter than a pipe is long: this never waits."""
        if speaking.stdin is None:
            return
        try:
            speaking.stdin.write(text.encode())
            speaking.stdin.close()
        except BrokenPipeError:
            log.warning("the voice ended before it was told what to say")

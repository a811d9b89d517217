"""The voice: espeak-ng in a process of its own, one utterance at a time.

The text goes through standard input, so that no title ever stands in the machine's process list.
"""

import logging
import shutil
import subprocess
from typing import Final

VOICES: Final = {"id": "id", "en": "en"}
WORDS_PER_MINUTE: Final = 150
# espeak-ng's amplitude from 0 to 200, by the patron's volume from 1 to 5.
AMPLITUDES: Final = {1: 25, 2: 55, 3: 100, 4: 150, 5: 200}
_USUAL: Final = 3
_SENTENCE_SECONDS: Final = 20.0

log = logging.getLogger(__name__)


def is_installed(program: str) -> bool:
    """Whether this machine has the program that speaks."""
    return shutil.which(program) is not None


def say_all(program: str, text: str, language: str) -> bool:
    """Says `text` and waits until it is said. Whether the program did."""
    command = _command(program, language, _USUAL)
    try:
        done = subprocess.run(  # noqa: S603  # the program of the settings
            command,
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SENTENCE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        log.warning("the voice cannot be tried: %s", error)
        return False
    return done.returncode == 0


def _command(program: str, language: str, volume: int) -> list[str]:
    voice, amplitude = VOICES.get(language, "en"), str(AMPLITUDES[volume])
    return [program, "-v", voice, "-a", amplitude, "-s", str(WORDS_PER_MINUTE), "--stdin"]


class Voice:
    """Speaks with `program`. A machine without it stays silent, which the log tells once; staff
    see it when they test it.

    No program at all is silence that nobody needs to be told.
    """

    def __init__(self, program: str) -> None:
        self._program = program
        self._missing = False
        self._speaking: subprocess.Popen[bytes] | None = None

    def say(self, text: str, language: str, volume: int) -> None:
        """Begins to say `text` and returns at once; what was being said ends."""
        self.hush()
        if not (self._program and text):
            return
        try:
            self._speaking = subprocess.Popen(  # noqa: S603  # the program of the settings
                _command(self._program, language, volume),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self._tell(self._speaking, text)
        except OSError as error:
            if not self._missing:
                problem = "the screen stays silent: %s: %s; install espeak-ng"
                log.warning(problem, self._program, error)
            self._missing = True

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

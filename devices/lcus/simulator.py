"""The board's end: commands switch its relays, and the question is answered if it is that kind."""

from pathlib import Path

from devices.lcus.protocol import Ask, Commands, Relays, Switch
from devices.pseudo_terminal import PseudoTerminal


class LcusPeer:
    """The board from power on to power off; all relays are off at first."""

    def __init__(self, channels: int = 4, *, answers: bool = True) -> None:
        self.on = [False] * channels
        self._answers = answers
        self._commands = Commands()

    def hear(self, data: bytes) -> bytes:
        self._commands.hear(data)
        answer = b""
        while (command := self._commands.next_frame()) is not None:
            answer += self._done(command)
        return answer

    def silence(self) -> None:
        self._commands.silence()

    def _done(self, command: Switch | Ask) -> bytes:
        match command:
            case Switch(channel, on) if channel <= len(self.on):
                self.on[channel - 1] = on
            case Ask() if self._answers:
                return Relays(tuple(self.on)).encode()
        return b""


class LcusSimulator:
    """A board one can plug and unplug at `path`; it is not plugged yet."""

    def __init__(self, path: Path, channels: int = 4, *, answers: bool = True) -> None:
        self.path = path
        self._channels, self._answers = channels, answers
        self._board = LcusPeer(channels, answers=answers)
        self._terminal = PseudoTerminal(path, self._power_on)

    @property
    def on(self) -> tuple[int, ...]:
        """The relays that are on, counted from 1."""
        return tuple(channel for channel, on in enumerate(self._board.on, 1) if on)

    def plug(self) -> None:
        self._terminal.plug()

    def unplug(self) -> None:
        self._terminal.unplug()
        self._board = LcusPeer(0)

    def close(self) -> None:
        self._terminal.close()

    def _power_on(self) -> LcusPeer:
        self._board = LcusPeer(self._channels, answers=self._answers)
        return self._board

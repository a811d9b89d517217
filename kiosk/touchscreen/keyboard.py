"""The one place that hears keys: five of them are the keypad's, all others are swallowed.

Nothing typed reaches Kivy, so no key opens its settings or inspector, types into anything or ends
the program.
"""

from collections.abc import Callable

from kivy.core.window import Window

from kiosk.touchscreen.keypad import Key, Keypad


class Keyboard:
    """Listens from construction until `close`; `press` is told the keypad's keys."""

    def __init__(self, keypad: Keypad, press: Callable[[Key], None]) -> None:
        self._keypad, self._press = keypad, press
        Window.bind(
            on_key_down=self._down,
            on_key_up=self._swallow,
            on_keyboard=self._swallow,
            on_textinput=self._swallow,
        )

    def close(self) -> None:
        Window.unbind(
            on_key_down=self._down,
            on_key_up=self._swallow,
            on_keyboard=self._swallow,
            on_textinput=self._swallow,
        )

    def _down(self, _window: object, code: int, *rest: object) -> bool:
        """A key with Ctrl, Alt or the like held is none of the keypad's."""
        modifiers = rest[2] if len(rest) > 2 else None  # noqa: PLR2004  # scancode, text, modifiers
        key = self._keypad.key(code)
        if key is not None and not _held(modifiers):
            self._press(key)
        return True

    @staticmethod
    def _swallow(*_: object) -> bool:
        return True


def _held(modifiers: object) -> bool:
    return isinstance(modifiers, list) and bool({"ctrl", "alt", "meta", "shift"} & set(modifiers))

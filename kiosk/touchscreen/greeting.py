"""The greeting with the library's own sign beside it."""

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any, Final

from kivy.app import App
from kivy.core.image import Image as CoreImage
from kivy.uix.image import Image
from kivy.uix.widget import Widget

from kiosk.touchscreen.widgets import Block, Heading

HEIGHT_EM: Final = 1.8  # of the greeting beside it
WIDEST: Final = 0.4  # of the width
# A look that has gone needs no place in memory.
_KEPT: Final = 2


class Greeting(Widget, Block):
    """Words and, at the other end of their line, the sign, which has no words of its own."""

    def __init__(self, text: str, logo: bytes) -> None:
        super().__init__()
        self._words = Heading(text=text)
        self._sign = Image(texture=_texture(logo), fit_mode="contain")
        self.add_widget(self._words)
        self.add_widget(self._sign)

    @property
    def text(self) -> str:
        """What stands there to read."""
        return self._words.text

    @property
    def torn(self) -> bool:
        return self._words.torn

    def settle(self, width: float) -> float:
        self.width = width
        wide, high = self._sign.texture.size
        side = HEIGHT_EM * self._words.font_size
        self._sign.size = min(side * wide / high, WIDEST * width), side
        gap = App.get_running_app().measures.gap
        words = self._words.settle(width - self._sign.width - gap)
        self.height = max(words, side)
        return float(self.height)

    def place(self, left: float, top: float, height: float) -> None:
        super().place(left, top, height)
        middle = top - height / 2
        self._words.place(left, middle + self._words.height / 2, self._words.height)
        self._sign.pos = left + self.width - self._sign.width, middle - self._sign.height / 2

    def pieces(self, width: float, room: float) -> Sequence[Widget]:
        """The words alone."""
        return Heading(text=self.text).pieces(width, room)


@lru_cache(_KEPT)
def _texture(logo: bytes) -> Any:
    return CoreImage(BytesIO(logo), ext="png").texture

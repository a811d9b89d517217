"""What keeps the screen alive when a callback fails."""

import logging
from collections.abc import Callable

from kivy.base import ExceptionHandler, ExceptionManager

log = logging.getLogger(__name__)


class Survival(ExceptionHandler):
    """Keeps the screen alive: a failure in a callback is logged once, and drawing goes on."""

    def __init__(self) -> None:
        super().__init__()
        self._last = ""

    def outlived(self, look: Callable[[], None]) -> Callable[[float], None]:
        """`look` for Kivy's clock, which would never again call what failed there once."""

        def again(_: float) -> None:
            try:
                look()
            except Exception as error:  # noqa: BLE001  # the screen's supervising loop
                self.handle_exception(error)

        return again

    def handle_exception(self, inst: BaseException) -> int:
        if not isinstance(inst, Exception):
            return int(ExceptionManager.RAISE)
        # The same failure may come back with every look; one report is enough for the log.
        if repr(inst) != self._last:
            self._last = repr(inst)
            log.error("the screen goes on after a failure", exc_info=inst)
        return int(ExceptionManager.PASS)

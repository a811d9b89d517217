"""What a process that draws without a display has in its environment."""

from typing import Final

HEADLESS: Final = {
    "SDL_VIDEODRIVER": "offscreen",
    "SDL_AUDIODRIVER": "dummy",
    "LP_NUM_THREADS": "0",  # software drawing in one thread: others draw beside it
}

"""The scene in which patrons make the screen their own: size, contrast, reach and voice. Pure."""

from dataclasses import replace

from kiosk.languages.catalogue import Catalogue
from kiosk.touchscreen.scene import Adjust, Control, Scene, Sign, Weight
from kiosk.touchscreen.viewing import LOUDEST, QUIETEST, Viewing, Wish


def adjusting(behind: Scene, viewing: Viewing, catalogue: Catalogue) -> Scene:
    """The settings in place of what stands `behind` them; time that runs out, and whose
    page it is, are still told.
    """
    close = Control(Wish.CLOSE, catalogue.text("access.close"), Weight.MAIN)
    return replace(
        behind,
        body=Adjust(catalogue.text("access.heading"), _choices(viewing, catalogue)),
        notes=tuple(note for note in behind.notes if note.sign in (Sign.CLOCK, Sign.STAFF)),
        controls=(close,),
    )


def _choices(viewing: Viewing, catalogue: Catalogue) -> tuple[Control, ...]:
    def switch(wish: Wish, *, on: bool) -> Control:
        state = catalogue.text("access.on" if on else "access.off")
        return Control(wish, f"{catalogue.text(f'access.{wish.value}')}: {state}", on=on)

    def act(wish: Wish, *, enabled: bool = True) -> Control:
        return Control(wish, catalogue.text(f"access.{wish.value}"), enabled=enabled)

    found = [
        switch(Wish.LARGE_TEXT, on=viewing.large_text),
        switch(Wish.HIGH_CONTRAST, on=viewing.high_contrast),
    ]
    if viewing.tall_panel:
        found.append(switch(Wish.REACH, on=viewing.reach))
    found.append(switch(Wish.VOICE, on=viewing.voice))
    if viewing.voice:
        found += [
            act(Wish.QUIETER, enabled=viewing.volume > QUIETEST),
            act(Wish.LOUDER, enabled=viewing.volume < LOUDEST),
            act(Wish.REPEAT),
            act(Wish.HUSH),
        ]
    return tuple(found)

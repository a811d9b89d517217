"""The running screen under a finger that stays on it while something happens."""

from tests.kiosk.touchscreen.play import Play, eventually, stands


def is_there(play: Play, button: str) -> bool:
    """Whether it comes to be one that can be touched."""
    return eventually(lambda: button in targets(play))


def targets(play: Play) -> dict[str, tuple[int, int]]:
    return {one["button"]: (one["x"], one["y"]) for one in play.ask("screen")["targets"]}


def lay_finger(play: Play, button: str) -> None:
    assert is_there(play, button)
    x, y = targets(play)[button]
    play.direct(f"lay {x} {y}")
    play.ask("screen")  # answered a few frames later: it lies there


def test_a_finger_on_a_button_is_heard_though_the_button_beside_it_changes(play: Play) -> None:
    play.direct("card")
    lay_finger(play, "back")
    play.direct("books")
    assert is_there(play, "confirm")
    play.direct("lift")
    assert stands(play, "welcome")


def test_a_finger_that_came_down_on_one_screen_does_nothing_on_the_next(play: Play) -> None:
    play.ask("touch borrow")
    lay_finger(play, "back")
    play.direct("foreign")
    assert stands(play, "card-refused")
    assert is_there(play, "back")
    play.direct("lift")
    assert play.ask("screen")["screen"] == "card-refused"
    assert play.ask("touch back") == {"ok": True}
    assert stands(play, "welcome")

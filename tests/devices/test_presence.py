"""Arrivals and departures without flicker."""

from hypothesis import given
from hypothesis import strategies as st

from devices.presence import Arrived, Left, Presence


def told(presence: Presence[str], *rounds: str) -> list[list[str]]:
    """`+a` for an arrival and `-a` for a departure, round by round."""
    story: list[list[str]] = []
    for seen in rounds:
        presence, changes = presence.observe(seen)
        signs = ("+" if isinstance(change, Arrived) else "-" for change in changes)
        story.append([sign + change.thing for sign, change in zip(signs, changes, strict=True)])
    return story


def test_a_thing_arrives_when_seen_twice_on_end() -> None:
    assert told(Presence(), "a", "a", "a") == [[], ["+a"], []]


def test_a_glimpse_is_not_an_arrival() -> None:
    assert told(Presence(), "a", "", "a", "", "a", "a") == [[], [], [], [], [], ["+a"]]


def test_a_thing_leaves_when_missed_three_times_on_end() -> None:
    assert told(Presence(arrive_after=1), "a", "", "", "") == [["+a"], [], [], ["-a"]]


def test_a_flicker_is_not_a_departure() -> None:
    assert told(Presence(arrive_after=1), "a", "", "", "a", "", "", "a") == [["+a"], *[[]] * 6]


def test_departures_are_told_before_arrivals() -> None:
    assert told(Presence(arrive_after=1, leave_after=1), "a", "b") == [["+a"], ["-a", "+b"]]


def test_things_do_not_disturb_each_other() -> None:
    story = told(Presence(), "ab", "b", "ab", "a", "a", "a")
    assert story == [[], ["+b"], [], ["+a"], [], ["-b"]]


@given(st.lists(st.sets(st.sampled_from("abc"))), st.integers(1, 4), st.integers(1, 4))
def test_arrivals_and_departures_always_alternate(
    rounds: list[set[str]], arrive: int, leave: int
) -> None:
    presence: Presence[str] = Presence(arrive, leave)
    here: set[str] = set()
    for seen in rounds:
        presence, changes = presence.observe(seen)
        for change in changes:
            match change:
                case Arrived(thing):
                    assert thing not in here
                    here.add(thing)
                case Left(thing):
                    here.remove(thing)
        assert here == set(presence.here)


@given(st.lists(st.sets(st.sampled_from("abc"))))
def test_without_patience_presence_is_what_was_seen(rounds: list[set[str]]) -> None:
    presence: Presence[str] = Presence(arrive_after=1, leave_after=1)
    for seen in rounds:
        presence, _ = presence.observe(seen)
        assert set(presence.here) == seen

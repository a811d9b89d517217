"""Choosing a shelf: lists kept here, lists of the server, fetched page by page, or none of them."""

from hypothesis import given
from hypothesis import strategies as st

from broker.shelves import (
    MOST_LISTED,
    Listed,
    ListShelf,
    ListShelves,
    ShelfList,
    ShelfSize,
    Shelves,
    Whereabouts,
)
from broker.vocabulary import Reason, Refusal
from kiosk.staff.choosing import LISTS_SHOWN, Choosing, Server, step
from kiosk.staff.deeds import Ask, BeginWalk, Deed, KeepList
from kiosk.staff.heard import (
    KeptList,
    NotKept,
    Pressed,
    ServerTold,
    ShelvesTold,
    StaffHeard,
    WalkRefused,
)
from kiosk.staff.inventory import Entry, Shelf
from kiosk.staff.words import Key
from tests.kiosk.things import item

FIRST = Pressed(Key.CHOOSE, 0)
THERE = Shelves(2, (ShelfSize("700", 3), ShelfSize("800", 120)))


def after(*story: StaffHeard, of: Choosing | None = None) -> tuple[Choosing, tuple[Deed, ...]]:
    """What it came to, and what the last of them wants done."""
    choosing, deeds = of or Choosing(), tuple[Deed, ...]()
    for heard in story:
        choosing, deeds = step(choosing, heard)
    return choosing, deeds


def kept(*lists: KeptList) -> ShelvesTold:
    return ShelvesTold(lists)


def shelves(answer: Shelves | Refusal | None, start: int = 0) -> ServerTold:
    return ServerTold(ListShelves(start), answer)


def lines(first: int, end: int) -> tuple[Listed, ...]:
    return tuple(
        Listed(item(at), f"800 {at}", f"Buku {at}", Whereabouts.HERE) for at in range(first, end)
    )


def page(of: Listed | None, *told: Listed, shelf: str = "700", total: int = 3) -> ServerTold:
    return ServerTold(ListShelf(shelf, of.item if of else None), ShelfList(total, told))


def test_what_the_disk_has_is_offered_at_once_and_the_server_is_asked() -> None:
    choosing, deeds = after(kept(KeptList("600", 0)))
    assert [one.name for one in choosing.offers] == ["600"]
    assert (deeds, choosing.server) == ((Ask(ListShelves()),), Server.ASKED)


def test_what_the_server_has_besides_comes_after_what_is_shown_already() -> None:
    choosing, _ = after(kept(KeptList("800", 9), KeptList("600", 0)), shelves(THERE))
    assert [(one.name, one.items) for one in choosing.offers] == [
        ("800", 120),
        ("600", None),
        ("700", 3),
    ]


def test_more_shelves_than_one_answer_holds_are_asked_for() -> None:
    choosing, deeds = after(kept(), shelves(Shelves(3, THERE.shelves)))
    assert deeds == (Ask(ListShelves(2)),)
    choosing, deeds = after(shelves(Shelves(3, (ShelfSize("900", 1),)), 2), of=choosing)
    assert ([one.name for one in choosing.offers], deeds) == (["700", "800", "900"], ())


def test_a_shelf_is_fetched_when_it_is_chosen_kept_whole_and_then_walked() -> None:
    choosing, deeds = after(kept(), shelves(THERE), FIRST)
    assert deeds == (Ask(ListShelf("700")),)
    choosing, deeds = after(page(None, *lines(0, 3)), of=choosing)
    entries = tuple(Entry(item(at), f"800 {at}", f"Buku {at}") for at in range(3))
    assert (choosing.fetch, deeds) == (None, (KeepList(Shelf("700", entries)),))


def test_a_long_shelf_comes_page_by_page_and_no_book_twice() -> None:
    every = lines(0, 2 * MOST_LISTED + 7)
    choosing, _ = after(kept(), shelves(THERE), FIRST)
    first, second = every[:MOST_LISTED], every[MOST_LISTED : 2 * MOST_LISTED]
    choosing, deeds = after(page(None, *first), of=choosing)
    assert deeds == (Ask(ListShelf("700", first[-1].item)),)
    # Somebody else's answer, and one that comes twice, change nothing.
    assert after(page(None, *first), of=choosing) == (choosing, ())
    assert after(page(first[-1], *second, shelf="800"), of=choosing) == (choosing, ())
    choosing, _ = after(page(first[-1], *second), of=choosing)
    assert choosing.fetch is not None
    assert len(choosing.fetch.lines) == 2 * MOST_LISTED
    _, deeds = after(page(second[-1], first[0], *every[2 * MOST_LISTED :]), of=choosing)
    (keeping,) = deeds
    assert isinstance(keeping, KeepList)
    assert [one.item for one in keeping.shelf.entries] == [one.item for one in every]


def test_a_server_that_tells_the_same_page_for_ever_is_not_asked_for_ever() -> None:
    every = lines(0, MOST_LISTED)
    choosing, _ = after(kept(), shelves(THERE), FIRST, page(None, *every))
    _, deeds = after(page(every[-1], *every), of=choosing)
    assert isinstance(deeds[0], KeepList)


def test_without_the_server_the_list_kept_from_before_will_do() -> None:
    mine = KeptList("700", 0, from_server=True, age=60.0)
    assert after(kept(mine), shelves(None), FIRST)[1] == (BeginWalk("700"),)
    fetching, deeds = after(kept(mine), shelves(THERE), FIRST)
    assert deeds == (Ask(ListShelf("700")),)
    choosing, deeds = after(ServerTold(ListShelf("700"), None), of=fetching)
    assert (deeds, choosing.server) == ((BeginWalk("700"),), Server.SILENT)


def test_without_the_server_and_without_a_list_that_is_said() -> None:
    fetching, _ = after(kept(), shelves(THERE), FIRST)
    choosing, deeds = after(ServerTold(ListShelf("700"), None), of=fetching)
    assert (choosing.fetch, choosing.server, deeds) == (None, Server.SILENT, ())


def test_a_walk_that_has_begun_and_a_file_somebody_copied_keep_their_list() -> None:
    begun = KeptList("700", 5, from_server=True, age=60.0)
    assert after(kept(begun), shelves(THERE), FIRST)[1] == (BeginWalk("700"),)
    assert after(kept(KeptList("700", 0)), shelves(THERE), FIRST)[1] == (BeginWalk("700"),)


def test_a_library_without_lists_and_a_shelf_that_is_empty_now_are_told_apart() -> None:
    refused = shelves(Refusal(Reason.ASK_STAFF))
    assert after(kept(), refused)[0].server is Server.NO_LISTS
    assert after(kept(), shelves(Shelves(0, ())))[0].server is Server.NO_LISTS
    gone, deeds = after(kept(), shelves(THERE), FIRST, page(None, total=0))
    assert (gone.server, gone.fetch, deeds) == (Server.NO_MORE, None, ())


def test_a_list_that_the_disk_did_not_take_is_no_list_and_can_be_asked_for_again() -> None:
    choosing, _ = after(kept(), shelves(THERE), FIRST, page(None, *lines(0, 3)), NotKept())
    assert choosing.trouble
    assert after(FIRST, of=choosing)[1] == (Ask(ListShelf("700")),)


def test_a_list_is_chosen_by_its_place_and_one_that_is_no_list_says_which_line() -> None:
    choosing, _ = after(kept(KeptList("700", 0), KeptList("800", 3)))
    assert after(Pressed(Key.CHOOSE, 1), of=choosing)[1] == (BeginWalk("800"),)
    assert after(Pressed(Key.CHOOSE, 2), of=choosing)[1] == ()
    assert after(WalkRefused(7), of=choosing)[0].refused == WalkRefused(7)


def test_more_lists_are_turned_to_and_after_the_last_the_first() -> None:
    names = [KeptList(f"{at}", 0) for at in range(LISTS_SHOWN + 1)]
    choosing, _ = after(kept(*names), Pressed(Key.NEXT))
    assert choosing.first == LISTS_SHOWN
    assert after(Pressed(Key.NEXT), of=choosing)[0].first == 0


ANY = st.one_of(
    st.builds(Pressed, st.sampled_from([Key.CHOOSE, Key.NEXT]), st.integers(0, 4)),
    st.sampled_from([None, THERE, Refusal(Reason.ASK_STAFF)]).map(shelves),
    st.builds(
        ServerTold,
        st.builds(ListShelf, st.sampled_from(["700", "800"]), st.none() | st.just(item(49))),
        st.none() | st.integers(0, MOST_LISTED).map(lambda end: ShelfList(60, lines(0, end))),
    ),
    st.just(NotKept()),
    st.just(WalkRefused(0)),
)


@given(st.lists(ANY, max_size=30))
def test_whatever_comes_only_a_whole_list_is_kept_and_nothing_is_asked_twice_at_once(
    story: list[StaffHeard],
) -> None:
    choosing, _ = after(kept(KeptList("600", 0)))
    for heard in story:
        waited = choosing.fetch
        choosing, deeds = step(choosing, heard)
        for deed in deeds:
            if isinstance(deed, KeepList):
                assert waited is not None
                assert deed.shelf.name == waited.question.shelf
                items = [one.item for one in deed.shelf.entries]
                assert len(items) == len({*items}) > 0
        asked = [one for one in deeds if isinstance(one, Ask)]
        if choosing.fetch is not None and choosing.fetch != waited:
            assert asked == [Ask(choosing.fetch.question)]

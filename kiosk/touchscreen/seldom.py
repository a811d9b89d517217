"""States that few patrons come upon: help on every page, one of everything, rare answers. Pure."""

from dataclasses import replace
from typing import Final

from broker.requests import Found, Standing
from broker.vocabulary import Reason
from kiosk.book import Stage
from kiosk.happenings import Problem
from kiosk.house import House
from kiosk.renewal import Renewal
from kiosk.renewal import Stage as Renewing
from kiosk.visit import Page, Screen, Visit, screen

_UNRENEWED: Final = (
    Reason.INTERRUPTED,
    Reason.PATRON_BLOCKED,
    Reason.MEMBERSHIP_EXPIRED,
    Reason.ASK_STAFF,
    Reason.NOT_RENEWABLE,
)
_LONG_UNTOUCHED: Final = 70.0  # seconds; who is in no hurry has as long again


def states(table: dict[str, Visit]) -> dict[str, Visit]:
    """What the `table` of all other states leaves out."""
    return _helped(table) | _of_one(table) | _answered(table)


def _helped(table: dict[str, Visit]) -> dict[str, Visit]:
    """Help on the first of the table's visits on each screen, where it can be asked for."""
    first: dict[Screen, Visit] = {}
    for visit in table.values():
        first.setdefault(screen(visit), visit)
    helped = {behind: replace(visit, helping=True) for behind, visit in first.items()}
    return {
        f"help-{behind.value}": visit
        for behind, visit in helped.items()
        if visit.started and not visit.working and behind is not Screen.HELP
    }


def _of_one(table: dict[str, Visit]) -> dict[str, Visit]:
    """Where a language has words of its own for one."""
    books, pad, account = table["welcome-books"], table["pad-3"], table["account"]
    lent, returned = table["result-1"], table["return-3"]
    one, found = Standing(on_loan=4, remaining=1, ready=1), table["found-3"]
    assert account.account is not None, "the table shows one"
    assert found.found is not None, "the table shows three"
    single = replace(account.account, loans=account.account.loans[:1], holds=())
    given_up = replace(pad.books[0], stage=Stage.STAFF, problem=Problem.UNREADABLE)
    back = replace(returned, books=returned.books[:1])
    return {
        "welcome-book": replace(books, books=books.books[:1]),
        "welcome-leftover": replace(table["welcome"], leftovers=frozenset({pad.books[0].uid})),
        "pad-1-of-1": replace(pad, standing=one, books=pad.books[:1]),
        "pad-3-of-1": replace(pad, standing=one),
        "goodbye-1": replace(lent, page=Page.GOODBYE),
        "goodbye-returned-1": replace(back, page=Page.GOODBYE),
        "goodbye-staff-1": replace(pad, page=Page.GOODBYE, books=(given_up,)),
        "out-pad-after-lent-1": replace(lent, pad_healthy=False),
        "out-pad-after-returned-1": replace(back, pad_healthy=False),
        "account-1": replace(account, account=single, books=books.books[:1]),
        "account-blocked-book": replace(table["account-blocked"], books=books.books[:1]),
        "found-1": replace(found, found=Found(1, found.found.hits[:1])),
    }


def _answered(table: dict[str, Visit]) -> dict[str, Visit]:
    account, returned = table["account"], table["return-3"]
    assert account.account is not None, "the table shows one"
    refused = tuple(
        Renewal(loan.item, loan.due, Renewing.REFUSED, reason)
        for loan, reason in zip(account.account.loans, _UNRENEWED, strict=True)
    )
    long_ago = replace(account, unhurried=True, since=account.since - _LONG_UNTOUCHED)
    return {
        "account-refused": replace(account, renewals=refused),
        "account-books": replace(account, books=table["welcome-books"].books),
        "account-blocked-books": replace(
            table["account-blocked"], books=table["welcome-books"].books
        ),
        "account-covered-unhurried": long_ago,
        "return-hold-anywhere": replace(table["return-hold"], house=House()),
        "out-pad-after-returned": replace(returned, pad_healthy=False),
    }

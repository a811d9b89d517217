"""A line that breaks at any statement: what is said of an act is what the tables show.

SLiMS' tables are MyISAM, INLISLite's InnoDB.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from server.ils.inlislite.library import InlisliteLibrary, Place
from server.ils.port import (
    ItemRecord,
    ItemState,
    Lent,
    NothingSent,
    OutcomeUnknown,
    Renewed,
    Returned,
)
from server.ils.slims.library import SlimsLibrary
from tests.ils.cases import ACT, BUDI, DUE, FREE, JAKARTA, NOW, SITI, TAKEN
from tests.ils.cutting_proxy import Cut, CuttingProxy
from tests.ils.inlislite_library import USER, InlisliteLedger, inlislite
from tests.ils.ledger import LOAN_DAYS, TODAY
from tests.ils.row_ledger import RowLedger
from tests.ils.slims_library import UID, SlimsLedger, slims
from tests.mariadb import MariadbServer

Library = SlimsLibrary | InlisliteLibrary
Act = Callable[[Library], object]
MOST_STATEMENTS = 60
ACTS: dict[str, tuple[Act, str]] = {
    "lend": (lambda library: library.lend(SITI, FREE, ACT, NOW, DUE), str(FREE)),
    "take back": (lambda library: library.take_back(TAKEN, NOW), str(TAKEN)),
    "renew": (lambda library: library.renew(BUDI, TAKEN), str(TAKEN)),
}
AS_IT_WAS = {
    SlimsLedger: (
        "DELETE FROM loan WHERE loan_id>1",
        "DELETE FROM loan_history",
        "UPDATE loan SET is_return=0, return_date=NULL, renewed=0, due_date=:due",
    ),
    InlisliteLedger: (
        "DELETE FROM collectionloanitems WHERE ID>1",
        "DELETE FROM collectionloanextends",
        "UPDATE collections SET Status_id=IF(ID=6, 5, 1)",
        "UPDATE collectionloanitems SET LoanStatus='Loan', ActualReturn=NULL, DueDate=:due",
    ),
}


class Site:
    """One system on its tables, reached by way of a proxy that can cut."""

    def __init__(self, library: Library, ledger: RowLedger, proxy: CuttingProxy) -> None:
        self.library, self.ledger, self.proxy = library, ledger, proxy

    def put_back(self) -> None:
        due = TODAY.fromordinal(TODAY.toordinal() + LOAN_DAYS)
        for statement in AS_IT_WAS[type(self.ledger)]:
            self.ledger.run(statement, **({"due": due} if ":due" in statement else {}))

    def outcome(self, act: Act, cut: Cut, nth: int) -> object:
        """Of an act on a connection that stood before, cut at its nth message."""
        assert isinstance(self.library.item(FREE), ItemRecord)
        self.proxy.arm(cut, nth)
        try:
            return act(self.library)
        except (NothingSent, OutcomeUnknown) as error:
            return error
        finally:
            self.proxy.disarm()


@pytest.fixture(params=["slims", "inlislite"])
def site(request: pytest.FixtureRequest, mariadb: MariadbServer) -> Iterator[Site]:
    with ExitStack() as standing:
        ledger: RowLedger
        if request.param == "inlislite":
            _, ledger = standing.enter_context(inlislite(mariadb))
        else:
            _, ledger = standing.enter_context(slims(mariadb))
        proxy = CuttingProxy(mariadb.port)
        standing.callback(proxy.close)
        address = mariadb.address(str(ledger.engine.url.database), proxy.port)
        library: Library = (
            InlisliteLibrary(address, Place(JAKARTA, USER), lambda: NOW)
            if request.param == "inlislite"
            else SlimsLibrary(address, JAKARTA, UID, lambda: NOW)
        )
        standing.callback(library.close)
        yield Site(library, ledger, proxy)


@pytest.mark.parametrize("name", ACTS)
def test_a_line_cut_anywhere_is_told_truthfully(site: Site, name: str) -> None:
    act, item = ACTS[name]
    ended: dict[str, int] = {}
    for cut in Cut:
        for nth in range(1, MOST_STATEMENTS):
            site.put_back()
            before = effect(site.ledger, name, item)
            outcome = site.outcome(act, cut, nth)
            done = effect(site.ledger, name, item) != before
            kind = type(outcome).__name__
            ended[kind] = ended.get(kind, 0) + 1
            match outcome:
                case NothingSent():
                    assert not done, f"cut {cut.value} {nth}: {outcome}"
                case Lent() | Returned() | Renewed():
                    assert done, f"cut {cut.value} {nth}"
                case _:
                    assert isinstance(outcome, OutcomeUnknown), outcome
            assert_in_order(site)
            if site.proxy.heard < nth:
                break
        else:
            raise AssertionError("the act never got through")
    assert {"NothingSent", "OutcomeUnknown"} < ended.keys()


def effect(ledger: RowLedger, name: str, item: str) -> object:
    """What of the tables an act changes."""
    loan = ledger.loans.get(item)
    return loan.due if loan is not None and name == "renew" else loan is not None


def assert_in_order(site: Site) -> None:
    """No item is lent twice, and the system says of each what the tables do."""
    items = [row.item for row in site.ledger.rows(site.ledger.open_loans)]
    assert len(items) == len(set(items))
    for item in (FREE, TAKEN):
        record = site.library.item(item)
        assert isinstance(record, ItemRecord)
        assert (record.state is ItemState.ON_LOAN) == (str(item) in items)

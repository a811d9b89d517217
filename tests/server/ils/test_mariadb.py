"""The way to a library's database: its account, and what is said when there is none."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from broker.identity.tls import believing
from broker.vocabulary import Secret
from server.ils.inlislite.library import InlisliteLibrary, Place
from server.ils.inlislite.tables import WRITTEN as INLISLITE_WRITES
from server.ils.mariadb import DatabaseAddress
from server.ils.port import ItemRecord, Lent, NothingSent, Renewed, Returned
from server.ils.slims.library import SlimsLibrary
from server.ils.slims.tables import WRITTEN as SLIMS_WRITES
from tests.identities import Office
from tests.ils.cases import ACT, DUE, FREE, JAKARTA, NOW, SITI
from tests.ils.inlislite_library import USER, inlislite
from tests.ils.row_ledger import RowLedger
from tests.ils.slims_library import UID, slims
from tests.mariadb import PASSWORD, MariadbServer, running_mariadb

LEAST = "kios"


@pytest.fixture(params=["slims", "slims with triggers", "inlislite"])
def installed(request: pytest.FixtureRequest, mariadb: MariadbServer) -> Iterator[RowLedger]:
    with ExitStack() as standing:
        if request.param == "inlislite":
            yield standing.enter_context(inlislite(mariadb))[1]
        else:
            triggers = request.param != "slims"
            yield standing.enter_context(slims(mariadb, triggers=triggers))[1]


@pytest.fixture
def address(installed: RowLedger, mariadb: MariadbServer) -> Iterator[DatabaseAddress]:
    """Of an account that may read everything, and write what a loan writes."""
    name = str(installed.engine.url.database)
    is_slims = type(installed).__name__ == "SlimsLedger"
    installed.run(f"CREATE USER {LEAST}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'")
    installed.run(f"GRANT SELECT ON {name}.* TO {LEAST}@'127.0.0.1'")
    for table in SLIMS_WRITES if is_slims else INLISLITE_WRITES:
        rights = "INSERT, UPDATE, DELETE" if is_slims else "INSERT, UPDATE"
        installed.run(f"GRANT {rights} ON {name}.{table} TO {LEAST}@'127.0.0.1'")
    yield replace(mariadb.address(name), user=LEAST)
    installed.run(f"DROP USER {LEAST}@'127.0.0.1'")


def opened(installed: RowLedger, address: DatabaseAddress) -> SlimsLibrary | InlisliteLibrary:
    if type(installed).__name__ == "SlimsLedger":
        return SlimsLibrary(address, JAKARTA, UID, lambda: NOW)
    return InlisliteLibrary(address, Place(JAKARTA, USER), lambda: NOW)


def test_an_account_needs_to_write_four_tables_only(
    installed: RowLedger, address: DatabaseAddress
) -> None:
    library = opened(installed, address)
    assert isinstance(library.lend(SITI, FREE, ACT, NOW, DUE), Lent)
    assert isinstance(library.renew(SITI, FREE), Renewed)
    assert isinstance(library.take_back(FREE, NOW), Returned)
    library.close()


def test_an_account_that_may_not_write_is_told_with_nothing_done(
    installed: RowLedger, address: DatabaseAddress
) -> None:
    name = address.database
    table = "loan" if type(installed).__name__ == "SlimsLedger" else "collections"
    installed.run(f"REVOKE INSERT, UPDATE ON {name}.{table} FROM {LEAST}@'127.0.0.1'")
    library = opened(installed, address)
    with pytest.raises(NothingSent, match="1142") as told:
        library.lend(SITI, FREE, ACT, NOW, DUE)
    assert SITI.reveal() not in str(told.value)
    assert installed.effects == []
    library.close()


def test_a_wrong_password_and_a_wrong_database_are_named(
    installed: RowLedger, address: DatabaseAddress
) -> None:
    wrong = replace(address, password=Secret("salah-sandi"))
    for bad, words in ((wrong, "Access denied"), (replace(address, database="none"), "1044")):
        library = opened(installed, bad)
        with pytest.raises(NothingSent, match=words) as told:
            library.item(FREE)
        assert "salah-sandi" not in str(told.value)
        library.close()


def test_a_database_is_believed_by_its_certificate(tmp_path: Path) -> None:
    office, stranger = Office(tmp_path / "office"), Office(tmp_path / "stranger")
    with running_mariadb(office.host("127.0.0.1").own) as mariadb, slims(mariadb) as (_, ledger):
        ledger.run("ALTER USER sirkula@'127.0.0.1' REQUIRE SSL")
        name = str(ledger.engine.url.database)
        for authority, ends_well in ((office, True), (stranger, False)):
            tls = believing(authority.authority.certificate.decode("ascii"))
            address = replace(mariadb.address(name), tls=tls)
            library = SlimsLibrary(address, JAKARTA, UID, lambda: NOW)
            if ends_well:
                assert isinstance(library.item(FREE), ItemRecord)
            else:
                with pytest.raises(NothingSent, match="certificate"):
                    library.item(FREE)
            library.close()

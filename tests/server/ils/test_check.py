"""`sirkula ils check` as it is typed, in front of each kind of system."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.ils.accidents import UNDISTURBED, Accident, Plan
from tests.ils.cases import FREE, SITI
from tests.ils.inlislite_library import inlislite
from tests.ils.koha_library import koha
from tests.ils.koha_rest import CLIENT, SECRET
from tests.ils.ledger import Ledger, small_library
from tests.ils.row_ledger import RowLedger
from tests.ils.server import IlsServer
from tests.ils.slims_library import slims
from tests.ils.wild import Koha, SlimsGateway
from tests.mariadb import PASSWORD, MariadbServer

KINDS = ("sip2", "slims", "inlislite", "koha")
SIP2 = """
host = "127.0.0.1"
port = {port}
institution = "MPL"
user = "kios"
profile = "{profile}"
secrets = "{secrets}"
"""
DATABASE = """
host = "127.0.0.1"
port = {port}
database = "{database}"
user = "sirkula"
secrets = "{secrets}"
"""


class Installation:
    """A system that stands, and the file a librarian wrote about it."""

    def __init__(self, folder: Path, standing: ExitStack) -> None:
        self.folder, self.standing = folder, standing
        self.file = folder / "server.toml"
        self.ledger: Ledger | RowLedger = small_library()

    def secrets(self, name: str, password: str) -> Path:
        path = self.folder / f"{name}.toml"
        path.write_text(f'password = "{password}"\n')
        path.chmod(0o600)
        return path

    def write(self, kind: str, words: str) -> None:
        self.file.write_text(f'site = "binjai"\n[library]\nkind = "{kind}"\n{words}')

    def sip2(self, profile: str = "koha", plan: Plan = UNDISTURBED) -> str:
        system = SlimsGateway if profile == "slims-gateway" else Koha
        server = IlsServer(system(small_library()), plan)
        self.standing.callback(server.close)
        self.ledger = server.system.ledger
        return SIP2.format(
            port=server.port, profile=profile, secrets=self.secrets("sip2", "rahasia")
        )

    def database(self, mariadb: MariadbServer, name: str) -> str:
        secrets = self.secrets("database", PASSWORD)
        return DATABASE.format(port=mariadb.port, database=name, secrets=secrets)

    def check(self, *words: str) -> tuple[int, list[str], dict[str, object]]:
        """Status, lines, and the last line as JSON."""
        command = [sys.executable, "-m", "server.ils", "check", "--settings", str(self.file)]
        done = subprocess.run(
            [*command, *words], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.stdout, done.stderr
        lines = done.stdout.splitlines()
        return done.returncode, lines, json.loads(lines[-1])


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with ExitStack() as standing:
        yield Installation(tmp_path, standing)


@pytest.fixture(params=KINDS)
def installed(installation: Installation, request: pytest.FixtureRequest) -> Installation:
    enter = installation.standing.enter_context
    match request.param:
        case "sip2":
            installation.write("sip2", installation.sip2())
        case "slims" | "inlislite" as kind:
            mariadb: MariadbServer = request.getfixturevalue("mariadb")
            made = slims(mariadb) if kind == "slims" else inlislite(mariadb)
            _, installation.ledger = enter(made)
            name = str(installation.ledger.engine.url.database)
            installation.write(kind, installation.database(mariadb, name))
        case "koha":
            _, ledger, rest = enter(koha())
            secrets = installation.secrets("api", SECRET)
            own = f'url = "{rest.url}"\nuser = "{CLIENT}"\nsecrets = "{secrets}"\n'
            returns = IlsServer(Koha(ledger))
            installation.standing.callback(returns.close)
            more = SIP2.format(
                port=returns.port,
                profile="koha",
                secrets=installation.secrets("sip2", "rahasia"),
            )
            installation.ledger = ledger
            installation.write("koha", f"{own}[library.returns]\n{more}")
    return installation


def test_a_check_reads_and_changes_nothing(installed: Installation) -> None:
    status, lines, told = installed.check("--patron", SITI.reveal(), "--item", str(FREE))
    print("\n".join(lines))
    assert (status, told["ok"]) == (0, True)
    assert set(told) >= {"system", "clock", "can", "cannot", "known_to", "use", "seconds"}
    assert told["search"] is (None if "sip2" in lines[-2] else True)
    assert installed.ledger.effects == []


def test_a_trial_lends_and_takes_back(installed: Installation) -> None:
    words = ("--patron", SITI.reveal(), "--item", str(FREE), "--trial")
    status, lines, told = installed.check(*words)
    print("\n".join(lines))
    assert (status, told["ok"]) == (0, True)
    assert [effect.kind for effect in installed.ledger.effects] == ["lent", "returned"]


def test_no_line_names_the_patron_or_a_secret(installed: Installation) -> None:
    _, lines, _ = installed.check("--patron", SITI.reveal(), "--item", str(FREE), "--trial")
    words = "\n".join(lines)
    for secret in (SITI.reveal(), "Anggota", "rahasia", SECRET, PASSWORD):
        assert secret not in words


def test_a_system_that_is_gone_is_said_to_be(installed: Installation) -> None:
    words = installed.file.read_text().replace("127.0.0.1", "127.0.0.2")
    installed.file.write_text(words)
    status, lines, told = installed.check()
    print("\n".join(lines))
    assert (status, told["ok"]) == (1, False)
    assert "NothingSent" in str(told["error"]) or "Unopened" in str(told["error"])


def test_a_catalogue_that_cannot_be_searched_is_said_so_and_the_rest_is_fine(
    installation: Installation, mariadb: MariadbServer
) -> None:
    _, ledger = installation.standing.enter_context(slims(mariadb))
    ledger.run("ALTER TABLE biblio DROP COLUMN opac_hide")
    name = str(ledger.engine.url.database)
    installation.write("slims", installation.database(mariadb, name))
    status, lines, told = installation.check()
    assert (status, told["search"]) == (0, False)
    assert any("biblio.opac_hide" in line for line in lines)


def test_a_trial_of_an_item_that_somebody_has_lends_nothing(installation: Installation) -> None:
    installation.write("sip2", installation.sip2())
    words = ("--patron", SITI.reveal(), "--item", "ID000006", "--trial")
    status, _, told = installation.check(*words)
    assert status == 1
    assert "on-loan" in str(told["error"])
    assert installation.ledger.effects == []


def test_a_trial_that_cannot_take_back_sends_to_the_desk(installation: Installation) -> None:
    cut = Plan(Accident.CLOSED_AFTER, "09")
    installation.write("sip2", installation.sip2(plan=cut))
    words = ("--patron", SITI.reveal(), "--item", str(FREE), "--trial")
    status, _, told = installation.check(*words)
    assert status == 1
    assert "at the desk" in str(told["error"])


@pytest.mark.parametrize("profile", ["koha", "slims-gateway"])
def test_the_profile_of_a_system_is_recognised(installation: Installation, profile: str) -> None:
    installation.write("sip2", installation.sip2(profile))
    _, _, told = installation.check("--patron", SITI.reveal(), "--item", str(FREE))
    assert told["profile"] == profile


def test_secrets_that_others_may_read_are_refused(installation: Installation) -> None:
    installation.write("sip2", installation.sip2())
    (installation.folder / "sip2.toml").chmod(0o644)
    command = [sys.executable, "-m", "server.ils", "check", "--settings", str(installation.file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "chmod 600" in done.stderr

"""One act of the real client with a simulated system, one accident, and what must hold after."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from broker.errors import SirkulaError
from broker.vocabulary import ActId, ItemId, PatronId, Secret
from server.ils.port import (
    ItemRecord,
    ItemState,
    Lent,
    NothingSent,
    OutcomeUnknown,
    PatronRecord,
    Payment,
    PaymentNoted,
    Refused,
    Renewed,
    Returned,
)
from server.ils.sip2.connection import Address
from server.ils.sip2.library import Sip2Library
from server.ils.sip2.pool import PoolSettings
from server.ils.sip2.profiles import Profile
from server.ils.sip2.questions import Account
from tests.ils.accidents import UNDISTURBED, Accident, Plan
from tests.ils.ledger import Ledger, small_library
from tests.ils.server import IlsServer
from tests.ils.wild import PERSONALITIES

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = 1_795_449_245.0  # 23 November 2026, 22.54 in Jakarta
SITI, BUDI = PatronId("P00001"), PatronId("P00002")
PIN = Secret("1234")
FREE, TAKEN = ItemId("ID000003"), ItemId("ID000006")
ACT = ActId("act-1")
DUE = date(2026, 12, 7)
PAYMENT = Payment(ACT, Decimal("5.00"), "IDR")
CHANGES = ("11", "09", "29", "37")

Act = Callable[[Sip2Library], object]
# Each act, and the questions on which something can befall it.
ACTS: dict[str, tuple[Act, tuple[str, ...]]] = {
    "patron": (lambda library: library.patron(SITI, PIN), ("93", "99", "63")),
    "item": (lambda library: library.item(TAKEN), ("99", "17")),
    "lend": (lambda library: library.lend(SITI, FREE, ACT, NOW, DUE), ("63", "17", "11")),
    "take back": (lambda library: library.take_back(TAKEN, NOW), ("17", "09")),
    "renew": (lambda library: library.renew(BUDI, TAKEN), ("63", "17", "29")),
    "pay": (lambda library: library.note_payment(SITI, PAYMENT), ("63", "37")),
}
# Damage that no checksum shows, and answers about others where no other is named.
_ABOUT_ITEMS, _ABOUT_PATRONS = ("17", "11", "09", "29"), ("63", "11", "29", "37")


def opened(
    port: int, profile: Profile, connections: int = 1, answer_within: float = 5.0
) -> Sip2Library:
    """A client as a library would set it up, patient unless told."""
    account = Account("MPL", JAKARTA, "kios", Secret("rahasia"), "kios-01", "MPL", Secret("pintu"))
    address = Address("127.0.0.1", port, None, 2.0, answer_within)
    return Sip2Library(address, account, profile, PoolSettings(connections), lambda: NOW)


@dataclass(frozen=True)
class Desk:
    """The client and its system."""

    library: Sip2Library
    server: IlsServer

    @property
    def ledger(self) -> Ledger:
        return self.server.system.ledger

    @property
    def numbers(self) -> list[str]:
        """Of every question that came, in order."""
        return [heard.number for _, heard in self.server.heard]

    def lend(self) -> Lent | Refused:
        return self.library.lend(SITI, FREE, ACT, NOW, DUE)

    def every_act(self) -> None:
        """Everything a station may ever want, however it ends."""
        for act, _ in ACTS.values():
            act(self.library)


@dataclass(frozen=True)
class Case:
    personality: str
    act: str
    plan: Plan

    def __str__(self) -> str:
        plan = self.plan
        place = f"on {plan.number} no. {plan.nth}, byte {plan.at}"
        return f"{self.personality}, {self.act}: {plan.accident.value} {place}"


def drawn(random: Random) -> Case:
    """A case that can be told apart from an honest system; cuts come most often."""
    while True:
        personality, act = random.choice(list(PERSONALITIES)), random.choice(list(ACTS))
        accident = random.choice([*Accident, *[Accident.CUT_THEN_SILENT] * 3])
        plan = Plan(accident, random.choice(ACTS[act][1]), random.choice((1, 1, 2)))
        plan = Plan(accident, plan.number, plan.nth, random.randrange(400))
        if _fair(personality, plan):
            return Case(personality, act, plan)


def _fair(personality: str, plan: Plan) -> bool:
    match plan.accident:
        case Accident.DAMAGED | Accident.ALWAYS_DAMAGED:
            return personality != "slims-gateway"
        case Accident.OTHER_ITEM:
            return plan.number in _ABOUT_ITEMS
        case Accident.OTHER_PATRON:
            return plan.number in _ABOUT_PATRONS
        case Accident.YES_WITHOUT_EFFECT | Accident.NO_WITH_EFFECT:
            return plan.number in CHANGES
    return True


@dataclass(frozen=True)
class Found:
    """How the act ended, and what is wrong with that; empty when nothing is."""

    ended: str
    wrong: str


def tried(case: Case, answer_within: float, *, trusting: bool = False) -> Found:
    """`trusting` takes the client's reading back away: the control that has to fail."""
    ledger = small_library()
    system = PERSONALITIES[case.personality](ledger)
    server = IlsServer(system, case.plan)
    profile = replace(system.profile, reads_back=not trusting)
    library = opened(server.port, profile, answer_within=answer_within)
    outcome: object
    try:
        outcome = ACTS[case.act][0](library)
    except (NothingSent, OutcomeUnknown) as error:
        outcome = error
    finally:
        library.close()
        server.plan = UNDISTURBED
    try:
        wrong = _wrong(case.act, outcome, ledger, server)
        return Found(type(outcome).__name__, wrong or _leak(outcome) or _astray(server, ledger))
    finally:
        server.close()


def _wrong(act: str, outcome: object, ledger: Ledger, server: IlsServer) -> str:
    """Whether the outcome is another than the ledger's."""
    if any(server.sent(number) > 1 for number in CHANGES) or len(ledger.effects) > 1:
        return "a change was sent twice"
    match outcome:
        case NothingSent():
            left = any(server.sent(number) for number in CHANGES)
            return "something was sent" if left else ""
        case Refused() if act not in ("patron", "item"):
            return f"refused, but {ledger.effects}" if ledger.effects else ""
    return _differs(outcome, ledger)


def _differs(outcome: object, ledger: Ledger) -> str:
    match outcome:
        case PatronRecord(on_loan=count):
            right = count == len(ledger.loans_of(SITI.reveal()))
            return "" if right else f"{count} on loan, they say"
        case ItemRecord(state=state):
            return "" if state is ItemState.ON_LOAN else f"{state.value}, they say"
        case Lent(due=due):
            loan = ledger.loans.get(str(FREE))
            held = loan is not None and loan.patron == SITI.reveal() and loan.due == due
            return "" if held else f"lent until {due}, they say; the ledger has {loan}"
        case Returned():
            return "still on loan" if str(TAKEN) in ledger.loans else ""
        case Renewed(due=due):
            return "" if ledger.loans[str(TAKEN)].due == due else f"not renewed until {due}"
        case PaymentNoted():
            return "still owed" if ledger.members[SITI.reveal()].owed else ""
    return ""


def _leak(outcome: object) -> str:
    """A PIN or a patron's number in what may be logged of an error."""
    words = ""
    while isinstance(outcome, BaseException):
        words += f"{outcome!r} {outcome} "
        outcome = outcome.__cause__ or outcome.__context__
    secrets = (PIN.reveal(), SITI.reveal(), BUDI.reveal(), "rahasia", "pintu")
    return "an error tells a secret" if any(secret in words for secret in secrets) else ""


def _astray(server: IlsServer, ledger: Ledger) -> str:
    """Asked again when all is well, the client has to see what the ledger has."""
    library = opened(server.port, server.system.profile)
    try:
        for item in (FREE, TAKEN):
            record = library.item(item)
            assert isinstance(record, ItemRecord)
            if (record.state is ItemState.ON_LOAN) != (str(item) in ledger.loans):
                return f"{item} is {record.state.value}, but {ledger.loans}"
    except SirkulaError as error:
        return f"cannot be asked any more: {error}"
    finally:
        library.close()
    return ""

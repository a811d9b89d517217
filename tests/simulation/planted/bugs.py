"""Bugs put in on purpose, one at a time, to prove that the checker sees them.

Each is what a hurried change could do; the product itself has no switch for them. A bug is caught
only when an invariant that speaks of it is broken, not when anything is.
"""

from dataclasses import dataclass
from typing import Final

from kiosk.courier import Courier
from kiosk.equipment import Conduct, Equipment
from kiosk.performing import Performer
from kiosk.running import PadTags
from kiosk.station import Station
from tests.simulation.disk import FragileLedger
from tests.simulation.library import Server
from tests.simulation.parts import Parts
from tests.simulation.planted import clerks, couriers, ledgers, servers, stations


@dataclass(frozen=True)
class Bug:
    """A simulation with one part replaced, and the invariants that have to see it."""

    parts: Parts
    breaks: tuple[str, ...]

    def is_seen(self, violations: tuple[str, ...]) -> str | None:
        """The first violation that speaks of this bug."""
        return next((one for one in violations if one.startswith(self.breaks)), None)


def _ledger(part: type[FragileLedger], *breaks: str) -> Bug:
    return Bug(Parts(ledger=part), breaks)


def _courier(part: type[Courier], *breaks: str) -> Bug:
    return Bug(Parts(courier=part), breaks)


def _station(part: type[Station], *breaks: str) -> Bug:
    return Bug(Parts(station=part), breaks)


def _performer(part: type[Performer], *breaks: str) -> Bug:
    class Planted(Station):
        def __init__(self, conduct: Conduct, equipment: Equipment, *, in_bin: bool) -> None:
            super().__init__(conduct, equipment, in_bin=in_bin)
            self._performer = part(equipment, self._enquiries, self._answers)

    return _station(Planted, *breaks)


def _tags(part: type[PadTags], *breaks: str) -> Bug:
    return Bug(Parts(tags=part), breaks)


def _server(part: type[Server], *breaks: str) -> Bug:
    return Bug(Parts(server=part), breaks)


BUGS: Final[dict[str, Bug]] = {
    # What the station keeps.
    "show before commit": _ledger(ledgers.ShowsBeforeCommit, "I-01"),
    "ignore the disk's error": _ledger(ledgers.IgnoresTheDisk, "I-01"),
    "archive purged before it is acknowledged": _ledger(ledgers.ThrowsAwayTooEarly, "I-10"),
    "number from the largest row": _ledger(ledgers.NumbersFromTheLargestRow, "I-10", "I-11"),
    "unconfirmed told as certain": _ledger(ledgers.CallsUnconfirmedSure, "I-12"),
    "failed loan not told": _ledger(ledgers.KeepsFailuresToItself, "I-03"),
    "off-line loan told as final": _ledger(ledgers.CallsEveryLoanFinal, "I-32"),
    "dated when recorded": _ledger(ledgers.DatesWhatItRecords, "I-26", "I-27"),
    # What the station sends.
    "trust the broker's receipt": _courier(couriers.TrustsTheBroker, "I-01", "I-10"),
    "drop on the fifth failure": _courier(couriers.GivesUp, "I-01", "I-10"),
    "new id on retry": _courier(couriers.MakesANewIdForEachRetry, "I-02"),
    "two queues": _courier(couriers.HasTwoQueues, "I-10", "I-11"),
    "any acknowledgement is ours": _courier(couriers.TakesAnyAcknowledgement, "I-10"),
    "never send again": _courier(couriers.NeverSendsAgain, "I-38"),
    "durations by the wall clock": Bug(Parts(clock=couriers.GoesByTheWall), ("I-28",)),
    "an unset clock called right": Bug(Parts(clock=couriers.BelievesItself), ("I-26", "I-27")),
    "debt reported as none": Bug(Parts(reporter=couriers.OwesNothing), ("I-39",)),
    # What the station does.
    "release before the loan": _performer(stations.ReleasesBeforeTheLoan, "I-19", "I-21", "I-20"),
    "confirm before reading back": _performer(stations.ConfirmsBeforeReadingBack, "I-12", "I-18"),
    "lent as soon as it is put back": _performer(stations.LendsWhatComesBack, "I-18"),
    "return before securing": _performer(stations.ReturnsBeforeSecuring, "I-20"),
    "re-securing forgotten": _performer(stations.ForgetsToSecureAgain, "I-19", "I-23"),
    "recovery forgotten": _station(stations.ForgetsToRecover, "I-38"),
    "id made after asking": _station(stations.MakesTheIdAfterAsking, "I-03"),
    "settings fall back to defaults": _station(stations.FallsBackToDefaults, "I-32"),
    "no answer taken for a yes": _station(stations.LendsWhateverHappens, "I-32"),
    "session keeps the last patron's books": Bug(
        Parts(kiosk=stations.KeepsTheLastPatronsBooks), ("I-24",)
    ),
    "bin counted again at the start": Bug(Parts(box=stations.CountsTheBinAgain), ("I-03",)),
    "no read-back": _tags(stations.BelievesEveryWrite, "I-18", "I-20"),
    "one part of a set written": _tags(stations.WritesOnePartOfASet, "I-18", "I-23"),
    "write unaddressed": Bug(Parts(reader=stations.WritesToWhateverLiesThere), ("I-22",)),
    # What the server does.
    "acknowledge before commit": _server(servers.AcknowledgesBeforeTheCommit, "I-10"),
    "acknowledge past a gap": _server(servers.AcknowledgesPastAGap, "I-10"),
    "repeats not acknowledged": _server(servers.AcknowledgesOnlyNews, "I-38"),
    "no dedupe": _server(servers.TakesRepeatsForNews, "I-02"),
    "dedupe for ten seconds": _server(servers.ForgetsWhatItKnowsAfterAWhile, "I-02"),
    "dedupe table cleared": _server(servers.ClearsWhatItKnows, "I-02"),
    "order by arrival": _server(servers.OrdersByArrival, "I-09", "I-26", "I-27"),
    "order by the station's wall clock": _server(servers.OrdersByTheStationsWall, "I-26", "I-09"),
    "anchor of another boot": _server(servers.KnowsOnlyOneBoot, "I-26", "I-27"),
    "late anchor ignored": _server(servers.IgnoresWhatIsLearntLate, "I-08", "I-26"),
    "return credited on receipt": _server(servers.CreditsOnReceipt, "I-27"),
    "due date in the host's zone": _server(servers.CountsDaysInUtc, "I-29"),
    "anybody's topic will do": _server(servers.BelievesTheBody, "I-02", "I-31"),
    "poison tried for ever": _server(servers.TriesPoisonForEver, "I-38"),
    "misfits dropped": _server(servers.DropsWhatItCannotRead, "I-11"),
    "unsecured tag is no task": _server(servers.TellsNobodyAboutTags, "I-20", "I-19", "I-21"),
    "retained taken for news": _server(servers.TakesRetainedForNews, "I-39"),
    # What the library's own system is told.
    "checkout repeated after a time-out": _server(clerks.RepeatsACheckout, "I-15"),
    "silence taken for a no": _server(clerks.TakesSilenceForNo, "I-14", "I-15"),
    "two changes of an item at once": _server(clerks.SendsTwoAtOnce, "I-17"),
    "abandoned loan not undone": _server(clerks.ForgetsToUndo, "I-14"),
    "return dated when sent": _server(clerks.DatesOnSending, "I-16"),
    "old news told": _server(clerks.TellsOldNews, "I-17"),
}

"""What to do with an act that a crash left open. Pure.

intended loan                  the tag was never released: abandon
releasing, tag on the pad      secure it, abandon
releasing, tag gone            loan unconfirmed: counts, and staff look at it
return, tag here or in a bin   finish the return
return at a pad, tag gone      nobody was told yes and the loan stands: forget
"""

from dataclasses import dataclass, replace
from datetime import date

from broker.facts import LoanUnconfirmed
from broker.vocabulary import ActId, ItemId, Patron, Reason
from devices.capabilities import TagUid
from kiosk.actions import Forget, Record, Secure
from kiosk.book import MOST_TRIES, Book, Stage, Step, abandon, advance
from kiosk.happenings import Intended


@dataclass(frozen=True, slots=True)
class OpenAct:
    """An act without its closing fact. `due` is set once the tag may have been released.

    `patron` is as the disk knows it: sealed.
    """

    act: ActId
    uid: TagUid
    item: ItemId | None
    patron: Patron | None
    due: date | None


def resume(open_act: OpenAct, *, present: bool, in_bin: bool) -> Step:
    """The book of an open act and the first thing to do; `kiosk.book.advance` does the rest."""
    book = Book(
        open_act.uid,
        open_act.item,
        stage=Stage.INTENDING,
        on_pad=present,
        patron=open_act.patron,
        act=open_act.act,
        reason=Reason.INTERRUPTED,
        in_bin=in_bin,
        tries=MOST_TRIES,  # nobody stands there who could put it back
    )
    match open_act:
        case OpenAct(act, uid, patron=None):
            if present or in_bin:
                return advance(book, Intended(uid, act))
            return replace(book, stage=Stage.REFUSED), (Forget(act),)
        case OpenAct(act, uid, due=date()) if present:
            return replace(book, stage=Stage.UNDOING), (Secure(act, uid),)
        case OpenAct(act, _, ItemId() as item, Patron() as patron, date() as due):
            fact = LoanUnconfirmed(item, patron, due)
            return replace(book, stage=Stage.RECORDING, due=due), (Record(act, fact),)
        case OpenAct(act):
            return abandon(book, act, Reason.INTERRUPTED)

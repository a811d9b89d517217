"""The library as every connection finds it, and the patron a question is about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

import structlog

from broker.vocabulary import ItemId, PatronId, Reason, Secret
from server.ils.port import (
    Ability,
    Lent,
    LibrarySystem,
    NothingSent,
    OutcomeUnknown,
    PatronRecord,
    PaymentNoted,
    Refused,
    Renewed,
    Returned,
)
from server.ils.sip2.protocol import Message
from server.ils.sip2_server import answers
from server.ils.sip2_server.asked import Asked, Place
from server.ils.sip2_server.memory import Deed, Deeds, Tries, Turns, alike
from server.web.languages import Texts

log: Final = structlog.get_logger()
LOAN, RETURN, RENEWAL, PAYMENT = "11", "09", "29", "37"
PIN_LOCKED: Final = "pin-locked"
UNCLEAR: Final = "unclear"
Outcome = TypeVar("Outcome", Lent, Returned, Renewed, PaymentNoted)


@dataclass(frozen=True, slots=True)
class House:
    """The library's system, and what is remembered across connections.

    `words` are the catalogues by language; `clock` gives seconds since 1970 UTC; `key` keys
    digests, so that nobody can guess a patron from one.
    """

    library: LibrarySystem
    place: Place
    words: Mapping[str, Texts]
    clock: Callable[[], float]
    key: bytes = field(repr=False)
    turns: Turns = field(default_factory=Turns)
    tries: Tries = field(default_factory=Tries)
    deeds: Deeds = field(default_factory=Deeds)

    def able(self, ability: Ability) -> bool:
        return ability in self.library.capabilities().able

    def say(self, asked: Asked, word: Reason | str) -> str:
        """The sentence in the account's language."""
        key = f"reason.{word.value}" if isinstance(word, Reason) else word
        return self.words[asked.terminal.language](f"self-check.{key}")

    def no(self, asked: Asked, word: Reason | str, **fields: str) -> Message:
        """No, with the sentence for it."""
        return answers.refused(asked, self.say(asked, word), **fields)

    def patron(self, asked: Asked) -> PatronRecord | Reason | str:
        """Whom it is about, with the PIN if one was given, or the word for why not.

        To be called in the patron's turn: otherwise more tries than five fit in at once.
        """
        number, pin = asked.patron, asked.message.first("AD")
        if number is None:
            return Reason.UNKNOWN_CARD
        if not (pin and self.able(Ability.CHECK_PIN)):
            found = self.library.patron(number)
            return found.reason if isinstance(found, Refused) else found
        key = alike(number.reveal())
        if self.tries.used_up(key):
            return PIN_LOCKED
        try:
            found = self.library.patron(number, Secret(pin))
        except ValueError:
            found = Refused(Reason.WRONG_PIN)
        if isinstance(found, PatronRecord):
            self.tries.right(key)
            return found if found.pin_checked else Reason.WRONG_PIN
        if found.reason is Reason.WRONG_PIN:
            self.tries.wrong(key)
        return found.reason

    def pin_refused(self, asked: Asked) -> Message | None:
        """No to a change with a PIN that is not right: systems ignore it there."""
        if not (asked.message.first("AD") and self.able(Ability.CHECK_PIN)):
            return None
        found = self.patron(asked)
        return None if isinstance(found, PatronRecord) else self.no(asked, found)

    def deed(
        self, asked: Asked, kind: str, about: ItemId | str, patron: PatronId | None = None
    ) -> Deed | None:
        """What this account did lately, for this patron if one is given."""
        deed = self.deeds.of(asked.terminal.user, kind, str(about))
        return deed if deed is None or patron in (None, deed.patron) else None

    def change(
        self,
        asked: Asked,
        kind: str,
        about: ItemId | str,
        act: Callable[[], Outcome | Refused],
    ) -> Outcome | Refused | None:
        """The outcome of a change that is sent now; None when nobody knows it. Raises NothingSent.

        It is remembered as unknown before it is sent, whatever breaks meanwhile.
        """
        user, name = asked.terminal.user, str(about)
        before, digest = self.deeds.of(user, kind, name), asked.digest(self.key)
        self.deeds.put(Deed(digest, asked.patron, None), user, kind, name)
        try:
            outcome = act()
        except OutcomeUnknown as error:
            log.warning("nobody knows if it was done", message=kind, account=user, why=str(error))
            return None
        except NothingSent:
            self._as_before(before, user, kind, name)
            raise
        if isinstance(outcome, Refused):
            self._as_before(before, user, kind, name)
        else:
            self.deeds.put(Deed(digest, asked.patron, outcome), user, kind, name)
        return outcome

    def _as_before(self, before: Deed | None, *key: str) -> None:
        if before is None:
            self.deeds.forget(*key)
        else:
            self.deeds.put(before, *key)

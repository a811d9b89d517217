"""Koha's REST API when it refuses, is slow, breaks off, or is not there behind its proxy."""

from collections.abc import Iterator

import pytest

from broker.errors import BadSettings
from broker.vocabulary import PatronId, Reason, Secret
from server.ils.koha.library import KohaLibrary
from server.ils.koha.rest import Rest, RestAddress
from server.ils.port import Fault, Lent, NothingSent, OutcomeUnknown, PatronRecord, Refused
from tests.ils.cases import ACT, BUDI, DUE, FREE, NOW, SITI, TAKEN
from tests.ils.koha_library import koha
from tests.ils.koha_rest import KohaRest, Mishap
from tests.ils.ledger import Ledger

Koha = tuple[KohaLibrary, Ledger, KohaRest]


@pytest.fixture
def standing() -> Iterator[Koha]:
    with koha(answer_within=1.0) as made:
        yield made


def lend(library: KohaLibrary, patron: PatronId = SITI) -> Lent | Refused:
    return library.lend(patron, FREE, ACT, NOW, DUE)


AFTER = (
    Mishap.HTML_AFTER,
    Mishap.CLOSED_AFTER,
    Mishap.SILENT_AFTER,
    Mishap.CUT_AFTER,
    Mishap.FAULT_AFTER,
)


@pytest.mark.parametrize("mishap", [*AFTER, Mishap.HTML, Mishap.CLOSED_BEFORE])
def test_a_loan_without_a_whole_answer_is_unknown_and_sent_once(
    standing: Koha, mishap: Mishap
) -> None:
    library, ledger, rest = standing
    rest.mishap = mishap
    with pytest.raises(OutcomeUnknown) as told:
        lend(library)
    assert rest.posted("/checkouts") == 1
    assert (str(FREE) in ledger.loans) == (mishap in AFTER)
    assert SITI.reveal() not in str(told.value)


@pytest.mark.parametrize("mishap", [*AFTER, Mishap.HTML, Mishap.CLOSED_BEFORE])
def test_a_renewal_without_a_whole_answer_is_unknown_and_sent_once(
    standing: Koha, mishap: Mishap
) -> None:
    library, ledger, rest = standing
    rest.mishap = mishap
    with pytest.raises(OutcomeUnknown):
        library.renew(BUDI, TAKEN)
    assert len(ledger.effects) == (mishap in AFTER)


@pytest.mark.parametrize("mishap", [*AFTER, Mishap.HTML, Mishap.CLOSED_BEFORE])
def test_a_read_that_fails_has_sent_nothing(standing: Koha, mishap: Mishap) -> None:
    library, ledger, rest = standing
    rest.mishap, rest.method = mishap, "GET"
    with pytest.raises(NothingSent) as told:
        lend(library)
    assert rest.posted("/checkouts") == 0
    assert ledger.effects == []
    assert SITI.reveal() not in str(told.value)


@pytest.mark.parametrize("due", ["", "soon", "2026-12-07", "2026-12-07T23:59:00", None, 7])
def test_a_due_date_that_is_none_is_no_answer(standing: Koha, due: object) -> None:
    library, _, rest = standing
    rest.due = due
    with pytest.raises(NothingSent, match="documents"):
        library.item(TAKEN)


def test_a_yes_that_is_not_in_the_records_is_a_refusal(standing: Koha) -> None:
    library, ledger, rest = standing
    rest.mishap = Mishap.YES_WITHOUT_EFFECT
    refused = lend(library)
    assert isinstance(refused, Refused)
    assert refused.fault is Fault.YES_WITHOUT_EFFECT
    assert ledger.loans.keys() == {str(TAKEN)}


@pytest.mark.parametrize(
    ("codes", "reason"),
    [
        (["TOO_MANY"], Reason.LOAN_LIMIT),
        (["RESERVED"], Reason.ON_HOLD),
        (["NOT_FOR_LOAN", "EXPIRED"], Reason.MEMBERSHIP_EXPIRED),
        (["SOMETHING_NEW"], Reason.ASK_STAFF),
    ],
)
@pytest.mark.parametrize("kind", ["blockers", "confirms"])
def test_what_needs_a_librarian_is_refused_with_its_reason(
    standing: Koha, codes: list[str], reason: Reason, kind: str
) -> None:
    library, ledger, rest = standing
    setattr(rest, kind, dict.fromkeys(codes, 1))
    refused = lend(library)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.said) == (reason, tuple(sorted(codes)))
    assert rest.posted("/checkouts") == 0
    assert ledger.effects == []


def test_a_harmless_question_is_answered_with_its_token(standing: Koha) -> None:
    library, ledger, rest = standing
    rest.confirms = {"PREVISSUE": 1}
    assert isinstance(lend(library), Lent)
    assert ledger.loans_of(SITI.reveal()) == [str(FREE)]


@pytest.mark.parametrize(
    ("later", "reason"), [("blockers", Reason.LOAN_LIMIT), ("confirms", Reason.ASK_STAFF)]
)
def test_an_obstacle_that_comes_after_the_look_is_a_refusal(
    standing: Koha, later: str, reason: Reason
) -> None:
    """403 with its reasons; 412, which has none."""
    library, ledger, rest = standing
    rest.before_loan = lambda: setattr(rest, later, {"TOO_MANY": 1})
    refused = lend(library)
    assert isinstance(refused, Refused)
    assert refused.reason is reason
    assert rest.posted("/checkouts") == 1
    assert ledger.effects == []


def test_a_token_that_was_taken_back_is_renewed(standing: Koha) -> None:
    library, ledger, rest = standing
    assert isinstance(library.patron(SITI), PatronRecord)
    rest.token_taken_back = True
    assert isinstance(lend(library), Lent)
    assert len(ledger.effects) == 1


def test_a_name_and_a_password_do_where_koha_allows_them() -> None:
    with koha(oauth=False) as (library, _, _rest):
        assert isinstance(lend(library), Lent)


def test_a_user_without_permission_is_said_to_be(standing: Koha) -> None:
    library, ledger, rest = standing
    rest.forbidden = True
    with pytest.raises(NothingSent, match="permissions"):
        library.patron(SITI)
    rest.forbidden = False
    rest.before_loan = lambda: setattr(rest, "forbidden", True)
    with pytest.raises(NothingSent, match="permissions"):
        lend(library)
    assert ledger.effects == []


def test_a_wrong_key_is_said_to_be(standing: Koha) -> None:
    _, _, server = standing
    rest = Rest(RestAddress(server.url, "kios-api", Secret("wrong")), lambda: 0.0)
    with pytest.raises(NothingSent, match="API key") as told:
        rest.get(list[int], "/checkouts", {})
    assert "wrong" not in str(told.value)


@pytest.mark.parametrize("url", ["koha.example.org", "ftp://koha", "https://", "http://k?x=1"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadSettings, match="url"):
        Rest(RestAddress(url, "kios-api", Secret("x")), lambda: 0.0)

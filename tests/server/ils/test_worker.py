"""The real worker, database and sockets with simulated systems: at most one effect for each fact.

After every accident the system has what we have, or staff are told.
"""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from broker.facts import ItemLent, ItemReturned, LoanAbandoned
from broker.requests import Describe, Description, Grant, Identify, Standing
from broker.vocabulary import ActId, ItemId, PatronId, Reason, Refusal
from server.circulation.outcomes import WhenLentToAnother
from server.circulation.tasks import Choice, TaskKind
from server.desk.settling import settle
from server.desk.task import Verdict
from server.ils.reconciliation import Tally, reconcile
from server.journal import errands
from server.journal.database import transaction
from server.journal.tables import errand
from tests.ils.accidents import Accident, Plan
from tests.ils.cases import BUDI, FREE, SITI, TAKEN
from tests.ils.ledger import LOAN_DAYS, TODAY
from tests.ils.wild import PERSONALITIES, Koha
from tests.server.ils.house import house, lending

DUE = TODAY + timedelta(days=LOAN_DAYS)
LENT, HAPPENED_BACK = ItemLent(FREE, SITI, DUE, provisional=False), ItemReturned(FREE, secured=True)
OFF_LINE = ItemLent(FREE, SITI, DUE, provisional=True)
ABANDONED = LoanAbandoned(FREE, SITI, Reason.TAG_NOT_WRITTEN, secured=True)
# What can befall a change: before it was made, after, in the middle, and a word that is not true.
ACCIDENTS = (
    Accident.SILENT_BEFORE,
    Accident.SILENT_AFTER,
    Accident.CLOSED_BEFORE,
    Accident.CLOSED_AFTER,
    Accident.REBOOT_BEFORE,
    Accident.REBOOT_AFTER,
    Accident.CUT_THEN_CLOSED,
    Accident.YES_WITHOUT_EFFECT,
    Accident.NO_WITH_EFFECT,
    Accident.HTML,
)


def test_a_station_is_answered_by_the_system(engine: Engine) -> None:
    with house(engine, Koha) as one:
        assert one.ask(Identify(SITI)) == Standing(0, 99)
        assert one.ask(Identify(PatronId("P09"))) == Refusal(Reason.UNKNOWN_CARD)
        assert one.ask(Describe(FREE)) == Description(FREE, "Café di Ujung Jalan", "")
        assert one.ask(lending("a", SITI, FREE)) == Grant(ActId("a"), DUE)
        assert one.ask(lending("b", SITI, TAKEN)) == Refusal(Reason.ON_LOAN_TO_OTHER)
        assert one.ask(lending("a", SITI, FREE)) == Grant(ActId("a"), DUE)
        assert one.effects() == ["lent"]


def test_a_yes_and_its_fact_are_one_loan(engine: Engine) -> None:
    with house(engine, Koha) as one:
        one.ask(lending("a", SITI, FREE))
        one.tell("a", 1, LENT)
        one.tell("r", 2, HAPPENED_BACK)
        one.quiet()
        assert one.effects() == ["lent", "returned"]
        assert one.tasks() == []


@pytest.mark.parametrize("number", ["11", "09"])
@pytest.mark.parametrize("place", range(len(ACCIDENTS)))
def test_after_an_accident_each_fact_has_one_effect(
    engine: Engine, place: int, number: str
) -> None:
    kind = list(PERSONALITIES.values())[place % len(PERSONALITIES)]
    with house(engine, kind, Plan(ACCIDENTS[place], number)) as one:
        reply = one.ask(lending("a", SITI, FREE))
        if isinstance(reply, Refusal):
            one.tell("a", 1, ABANDONED)
        else:
            one.tell("a", 1, OFF_LINE if reply is None else LENT)
            one.quiet()
            assert one.ledger.loans_of(SITI.reveal()) == [str(FREE)]
            one.tell("r", 2, HAPPENED_BACK)
        one.quiet()
        assert one.effects() in (["lent", "returned"], ["lent"], [])
        # Only a yes without effect is left to staff, and tried again later.
        said_yes = ACCIDENTS[place] is Accident.YES_WITHOUT_EFFECT and number == "09"
        assert (str(FREE) in one.ledger.loans) == said_yes
        assert [task.kind for task in one.tasks()] == [TaskKind.RETURN_NOT_TAKEN] * said_yes


@pytest.mark.parametrize("accident", [Accident.NONE, Accident.SILENT_AFTER, Accident.SILENT_BEFORE])
def test_a_loan_that_did_not_happen_is_undone(engine: Engine, accident: Accident) -> None:
    with house(engine, Koha, Plan(accident, "11")) as one:
        one.ask(lending("a", SITI, FREE), within=1.5)
        one.tell("a", 1, ABANDONED)
        one.quiet()
        assert one.effects() in (["lent", "returned"], [])
        assert str(FREE) not in one.ledger.loans
        assert one.tasks() == []


def test_what_was_being_sent_when_the_program_died_is_looked_up(engine: Engine) -> None:
    with house(engine, Koha) as one:
        one.end()
        one.tell("a", 1, OFF_LINE)
        with transaction(engine) as connection:
            assert one.clerk.take(connection, one.now(), ()) is not None
        one.client.lend(SITI, FREE, ActId("a"), one.now(), DUE)
        assert one.stages() == {("a", "lend"): "sending"}
        one.begin()
        one.quiet()
        assert one.stages() == {("a", "lend"): "ok"}
        assert one.effects() == ["lent"]


def off_line(item: ItemId) -> ItemLent:
    return ItemLent(item, SITI, DUE, provisional=True)


def test_an_off_line_loan_of_what_another_has_is_for_staff(engine: Engine) -> None:
    with house(engine, Koha) as one:
        one.tell("a", 1, off_line(TAKEN))
        one.quiet()
        (task,) = one.tasks()
        assert (task.kind, task.act, task.reason) == (
            TaskKind.LOAN_NOT_TAKEN,
            "a",
            "on-loan-to-other",
        )
        assert one.effects() == []


def test_or_it_is_taken_back_and_lent_where_the_settings_say_so(engine: Engine) -> None:
    with house(engine, Koha, conflict=WhenLentToAnother.TAKE_BACK_AND_LEND) as one:
        one.tell("a", 1, off_line(TAKEN))
        one.quiet()
        assert one.effects() == ["returned", "lent"]
        assert one.ledger.loans_of(SITI.reveal()) == [str(TAKEN)]
        assert one.tasks() == []


def test_the_return_that_comes_later_lets_the_refused_loan_through(engine: Engine) -> None:
    with house(engine, Koha) as one:
        one.tell("a", 2, off_line(TAKEN), ago=10)
        one.quiet()
        one.tell("r", 1, ItemReturned(TAKEN, secured=True), ago=60)
        one.quiet()
        assert one.effects() == ["returned", "lent"]
        assert one.tasks() == []


def test_what_is_older_than_what_was_made_is_for_staff(engine: Engine) -> None:
    with house(engine, Koha) as one:
        one.tell("r", 2, ItemReturned(TAKEN, secured=True), ago=10)
        one.quiet()
        one.tell("a", 1, off_line(TAKEN), ago=60)
        one.quiet()
        assert [task.kind for task in one.tasks()] == [TaskKind.TOO_LATE]
        assert one.effects() == ["returned"]


def test_one_refused_item_holds_no_other(engine: Engine) -> None:
    with house(engine, Koha) as one:
        one.ledger.members[SITI.reveal()].blocked = True
        one.tell("a", 1, OFF_LINE)
        one.tell("r", 2, ItemReturned(TAKEN, secured=True))
        one.quiet()
        assert one.effects() == ["returned"]
        (task,) = one.tasks()
        assert (task.kind, task.reason) == (TaskKind.LOAN_NOT_TAKEN, "patron-blocked")


def test_a_late_return_of_what_the_desk_has_lent_since_is_for_staff(engine: Engine) -> None:
    with house(engine, Koha) as one:
        one.tell("a", 1, OFF_LINE, ago=900)
        one.quiet()
        one.ledger.take_back(str(FREE))
        one.ledger.lend(str(FREE), BUDI.reveal())
        one.tell("r", 2, HAPPENED_BACK, ago=600)
        one.quiet()
        assert [task.kind for task in one.tasks()] == [TaskKind.RETURN_NOT_TAKEN]
        assert one.ledger.loans[str(FREE)].patron == BUDI.reveal()


def test_an_items_changes_are_made_one_after_the_other(engine: Engine) -> None:
    with house(engine, Koha) as one:
        for seq in range(0, 10, 2):
            one.tell(f"a{seq}", seq + 1, OFF_LINE, ago=60 - seq)
            one.tell(f"r{seq}", seq + 2, HAPPENED_BACK, ago=59 - seq)
        one.quiet()
        assert one.effects() == ["lent", "returned"] * 5


def test_staff_read_the_reason_in_both_languages_and_the_systems_own_words(
    engine: Engine,
) -> None:
    with house(engine, Koha) as one:
        one.ledger.members[SITI.reveal()].blocked = True
        one.tell("a", 1, OFF_LINE)
        one.quiet()
        (task,) = one.tasks()
        shown, told = one.read(task.key)
        assert "anggota diblokir" in told
        assert "the member is blocked" in told
        assert shown.said
        assert SITI.reveal() not in told


def test_staff_put_right_what_was_refused(engine: Engine) -> None:
    with house(engine, Koha) as one:
        one.ledger.members[SITI.reveal()].blocked = True
        one.tell("a", 1, OFF_LINE)
        one.quiet()
        (task,) = one.tasks()
        verdict = Verdict(Choice.CORRECTED, "Ibu Sari", "entered at the desk")
        with transaction(engine) as connection:
            settled = settle(connection, one.intake, task.key, verdict, one.now())
        assert settled.settlement is Choice.CORRECTED
        assert one.stages() == {("a", "lend"): "ok"}


def test_differences_are_one_task_each_until_they_are_gone(engine: Engine) -> None:
    with house(engine, Koha) as one:
        one.tell("a", 1, OFF_LINE)
        one.quiet()
        held = one.ledger.loans.pop(str(FREE))
        assert reconcile(engine, one.client, one.now) == Tally(1, 1, 1)
        assert reconcile(engine, one.client, one.now) == Tally(1, 1, 0)
        (task,) = one.tasks()
        assert (task.kind, task.reason) == (TaskKind.DIFFERS, "not-lent-there")
        one.ledger.loans[str(FREE)] = held
        assert reconcile(engine, one.client, one.now) == Tally(1, 0, 0)
        assert one.tasks() == []


def test_what_is_under_way_is_not_compared(engine: Engine) -> None:
    with house(engine, Koha) as one:
        one.end()
        one.tell("a", 1, OFF_LINE)
        assert reconcile(engine, one.client, one.now) == Tally(under_way=1)


def test_a_system_that_is_away_is_told_later(engine: Engine) -> None:
    with house(engine, Koha) as one:
        one.ils.close()
        assert one.ask(lending("a", SITI, FREE), within=0.5) is None
        assert reconcile(engine, one.client, one.now) == Tally()
        one.tell("a", 1, OFF_LINE)
        one.end()
        assert one.stages() == {("a", "lend"): "ready"}


@pytest.mark.parametrize("told_before", [True, False])
def test_after_a_restore_nothing_is_done_again(
    engine: Engine,
    told_before: bool,  # noqa: FBT001 a column of the table
) -> None:
    with house(engine, Koha) as one:
        if told_before:
            one.ledger.lend(str(FREE), SITI.reveal())
        one.end()
        with transaction(engine) as connection:
            errands.doubt_everything(connection, one.now() - errands.GRACE_SECONDS)
        one.tell("a", 1, OFF_LINE, ago=300)
        with transaction(engine) as connection:
            connection.execute(update(errand).values(not_before=one.now()))
        one.begin()
        one.quiet()
        assert one.stages() == {("a", "lend"): "ok" if told_before else "staff"}
        assert one.effects() == ["lent"] * told_before
        unknown = [] if told_before else [TaskKind.OUTCOME_UNKNOWN]
        assert [task.kind for task in one.tasks()] == unknown


@pytest.mark.parametrize("lent_again", [True, False])
def test_after_a_restore_a_loan_is_not_undone_twice(
    engine: Engine,
    lent_again: bool,  # noqa: FBT001 a column of the table
) -> None:
    with house(engine, Koha) as one:
        one.ask(lending("a", SITI, FREE))
        one.end()
        with transaction(engine) as connection:
            errands.doubt_everything(connection, one.now() - errands.GRACE_SECONDS)
        # What the database has forgotten: it was undone, and SITI came once more.
        one.ledger.take_back(str(FREE))
        if lent_again:
            one.ledger.lend(str(FREE), SITI.reveal())
        one.tell("a", 1, ABANDONED, ago=300)
        with transaction(engine) as connection:
            connection.execute(update(errand).values(not_before=one.now()))
        one.begin()
        one.quiet()
        expected = "staff" if lent_again else "void"
        assert one.stages() == {("a", "lend"): "ok", ("a", "take-back"): expected}
        assert (str(FREE) in one.ledger.loans) is lent_again
        unknown = [TaskKind.OUTCOME_UNKNOWN] if lent_again else []
        assert [task.kind for task in one.tasks()] == unknown

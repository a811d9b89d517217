"""A library's own system that takes nothing any more is told of, once, until it has taken all."""

from datetime import timedelta

from sqlalchemy import Engine

from broker.facts import ItemLent, ItemReturned
from server.circulation.tasks import Choice, TaskKind
from server.desk.settling import settle
from server.desk.task import Verdict
from server.journal.database import transaction
from tests.ils.cases import FREE, SITI
from tests.ils.ledger import LOAN_DAYS, TODAY
from tests.ils.wild import Koha
from tests.server.ils.house import House, house

DAY = 86_400.0
OFF_LINE = ItemLent(FREE, SITI, TODAY + timedelta(days=LOAN_DAYS), provisional=True)


def remind(one: House, later: float) -> list[TaskKind]:
    """What is open after the server looked round, so many seconds from now."""
    with transaction(one.engine) as connection:
        one.intake.remind(connection, one.now() + later)
    return [task.kind for task in one.tasks()]


def test_staff_hear_once_of_a_system_that_has_been_away_for_a_day(engine: Engine) -> None:
    with house(engine, Koha) as one:
        one.end()
        one.tell("a", 1, OFF_LINE)
        one.tell("b", 2, ItemReturned(FREE, secured=True))
        assert remind(one, DAY - 60) == []
        assert remind(one, DAY + 60) == remind(one, DAY + 90) == [TaskKind.SYSTEM_BEHIND]
        (task,) = one.tasks()
        assert (task.item, task.evidence.unsent) == (None, 2)
        one.begin()
        one.quiet()
        assert remind(one, DAY + 120) == []
        assert one.effects() == ["lent", "returned"]


def test_they_read_why_in_both_languages(engine: Engine) -> None:
    with house(engine, Koha) as one:
        one.end()
        one.tell("a", 1, OFF_LINE)
        remind(one, DAY + 60)
        (task,) = one.tasks()
        _, told = one.read(task.key)
        assert "lebih dari sehari" in told
        assert "more than a day" in told


def test_what_they_have_settled_is_not_told_again(engine: Engine) -> None:
    with house(engine, Koha) as one:
        one.end()
        one.tell("a", 1, OFF_LINE)
        remind(one, DAY + 60)
        (task,) = one.tasks()
        verdict = Verdict(Choice.CHECKED, "Ibu Sari", "the vendor is told")
        with transaction(engine) as connection:
            settle(connection, one.intake, task.key, verdict, one.now())
        assert remind(one, 2 * DAY) == []


def test_what_was_refused_is_a_task_already(engine: Engine) -> None:
    with house(engine, Koha) as one:
        one.ledger.members[SITI.reveal()].blocked = True
        one.tell("a", 1, OFF_LINE)
        one.quiet()
        one.end()
        assert remind(one, 2 * DAY) == [TaskKind.LOAN_NOT_TAKEN]

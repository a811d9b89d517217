"""A library's own MariaDB or MySQL database: turns on it, and what is known when one fails.

Law: one change at a time for all of Sirkula, by one named lock (GET_LOCK). LOCK TABLES would stop
the desk's own pages and still not help: the desk checks an item minutes before it writes the loan.
So the lock keeps our own programs apart, each change is guarded in its own statement, and whoever
calls reads back what stands. Texts name no value: values are patrons.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Engine,
    Executable,
    MetaData,
    create_engine,
    text,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from broker.vocabulary import Secret
from server.ils.port import NothingSent, OutcomeUnknown
from server.ils.schema import Schema, read_schema
from server.ils.status import SystemStatus

# Numbers below are the server's refusals, from it on the client's: the connection is gone (MariaDB
# error codes). The server's own "shutting down" and "killed" leave the fate open as well.
_CLIENT: Final = 2000
_GOES: Final = frozenset((1053, 1927, 3169))
_PLAIN: Final = frozenset((1044, 1045, 1049, 1130, 2003, 2005, 2006, 2013))  # texts without values
_DUPLICATE: Final = 1062
_RECYCLED_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where the database listens and how long it is waited for, in seconds.

    `user` needs to read the system's tables and to write those that a loan changes; nothing else.
    Without `tls` the line is plain, or encrypted to whoever answers.
    """

    host: str
    port: int
    database: str
    user: str
    password: Secret
    answer_within: float = 10.0
    connections: int = 4
    tls: ssl.SSLContext | None = None


@dataclass(slots=True)
class Change:
    """One change, its lock held. `sent` counts the statements that may have had an effect."""

    connection: Connection
    transactional: bool
    sent: int = 0

    def send(self, statement: Executable) -> CursorResult[Any]:
        """Its result. Raises NothingSent, OutcomeUnknown."""
        try:
            return self._sent(statement)
        except DBAPIError as error:
            raise self._failed(error) from None

    def takes_key(self, statement: Executable) -> bool:
        """Whether a row got its key; not when somebody took it before. Raises as `send` does."""
        try:
            self._sent(statement)
        except DBAPIError as error:
            if code_of(error) == _DUPLICATE:
                return False
            raise self._failed(error) from None
        return True

    def given_up(self, words: str) -> NothingSent | OutcomeUnknown:
        """What to raise when a change is left half done: it is undone, if it can be."""
        undone = self.transactional or not self.sent
        return NothingSent(words) if undone else OutcomeUnknown(words)

    def commit(self) -> None:
        """What was sent stands when this returns. Raises NothingSent, OutcomeUnknown."""
        try:
            self.connection.commit()
        except DBAPIError as error:
            raise self._failed(error) from None

    def _sent(self, statement: Executable) -> CursorResult[Any]:
        result: CursorResult[Any] = self.connection.execute(statement)
        self.sent += 1
        return result

    def _failed(self, error: DBAPIError) -> NothingSent | OutcomeUnknown:
        """A refusal by the server has no effect; without an answer, nobody knows."""
        return OutcomeUnknown(told(error)) if is_gone(error) else self.given_up(told(error))


class MariaDb:
    """Connections to one database; for any number of threads. `tables` are those that are used.

    `lock` is the name that changes are serialised by, `written` the tables that they write.
    """

    def __init__(
        self, address: DatabaseAddress, tables: MetaData, lock: str, written: tuple[str, ...]
    ) -> None:
        self._tables, self._lock, self._written = tables, lock[:64], written
        self._lock_within = 0.8 * address.answer_within
        self._known: Schema | None = None
        self._engine = engine_to(address)

    def close(self) -> None:
        """Closes the connections that nobody uses now."""
        self._engine.dispose()

    def schema(self) -> Schema:
        """What the database is, looked at once. Raises UnknownSchema, NothingSent."""
        if self._known is None:
            with self.reading() as connection:
                found = read_schema(connection)
            found.check(self._tables)
            self._known = found
        return self._known

    def status(self, clock: Callable[[], float]) -> SystemStatus:
        """What serves the database, and what its tables are. Raises UnknownSchema, NothingSent."""
        schema = self.schema()
        with self.reading() as connection:
            version = connection.scalar(text("SELECT VERSION()"))
            theirs = connection.scalar(text("SELECT UNIX_TIMESTAMP(SYSDATE(6))"))
            ours = clock()
        engines = sorted({schema.engines.get(name, "no") for name in self._written})
        kept = schema.is_transactional(self._written)
        quirk = "its tables have no transactions: each write stands by itself"
        return SystemStatus(
            f"{version}, {' and '.join(engines)} tables",
            float(theirs or 0) - ours,
            () if kept else (quirk,),
        )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read by. Raises NothingSent."""
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise NothingSent(told(error)) from None

    @contextmanager
    def changing(self) -> Iterator[Change]:
        """A change with its lock held. Raises NothingSent, or OutcomeUnknown once it has sent."""
        transactional = self.schema().is_transactional(self._written)
        change: Change | None = None
        try:
            with self._engine.connect() as connection:
                self._take_turn(connection)
                change = Change(connection, transactional)
                try:
                    yield change
                finally:
                    self._end_turn(connection)
        except SQLAlchemyError as error:
            # What is read between and after what was sent fails here.
            if change is not None and change.sent:
                raise OutcomeUnknown(told(error)) from None
            raise NothingSent(told(error)) from None

    def _take_turn(self, connection: Connection) -> None:
        name_and_wait = {"name": self._lock, "wait": self._lock_within}
        if connection.scalar(text("SELECT GET_LOCK(:name, :wait)"), name_and_wait) != 1:
            raise NothingSent(f"another change held the lock for {self._lock_within:.0f} s")

    def _end_turn(self, connection: Connection) -> None:
        """A connection that cannot give the lock back is closed, which gives it back."""
        try:
            connection.rollback()
            connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": self._lock})
        except SQLAlchemyError:
            connection.invalidate()


def engine_to(address: DatabaseAddress, *, ping: bool = True) -> Engine:
    """Connects when it is first used. No parameter of a statement gets into a text of ours.

    A connection is tried before it is used again, or with no `ping` only used again at once: where
    nobody answers, a try would cost another wait.
    """
    url = URL.create(
        "mysql+pymysql",
        address.user,
        address.password.reveal(),
        address.host,
        address.port,
        address.database,
    )
    within = address.answer_within
    patience = {"connect_timeout": min(within, 5.0), "read_timeout": within}
    return create_engine(
        url,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        pool_size=address.connections,
        max_overflow=0,
        pool_timeout=within,
        pool_pre_ping=ping,
        pool_recycle=-1 if ping else _RECYCLED_SECONDS,
        connect_args={
            "charset": "utf8mb4",
            "write_timeout": within,
            "ssl": address.tls,
            **patience,
        },
    )


def code_of(error: SQLAlchemyError) -> int:
    """MariaDB's number for it; 0 when it has none."""
    original = getattr(error, "orig", None)
    first = original.args[0] if original is not None and original.args else 0
    return first if isinstance(first, int) else 0


def is_gone(error: SQLAlchemyError) -> bool:
    """Whether the connection went with the answer."""
    code = code_of(error)
    return code == 0 or code >= _CLIENT or code in _GOES


def told(error: SQLAlchemyError) -> str:
    """What went wrong, without any value of a statement."""
    if isinstance(error, PoolExhausted):
        return "no connection to the database was free in time"
    code = code_of(error)
    original = getattr(error, "orig", None)
    if code in _PLAIN and original is not None:
        return f"MariaDB {code}: {original.args[1]}"
    return f"MariaDB refused a statement: error {code}" if code else "the database broke off"

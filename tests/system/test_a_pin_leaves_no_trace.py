"""Visits with PINs by a real broker and server: nothing on any disk or in any log shows one."""

import subprocess
import sys
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest

from broker.mqtt import Event, Received
from broker.processes import stop
from broker.requests import Account, AccountOf, Answer, Ask, Reply
from broker.sealing import SECRET_PREFIX, SealingKey
from broker.topics import Channel, Topic
from broker.vocabulary import PatronId, Reason, Refusal, SealedSecret, Secret
from broker.wire import decode_reply, encode_ask
from server.journal.database import open_engine, transaction
from tests.brokers import started_mosquitto
from tests.server.stories import SITE, stock
from tests.system.test_server_process import BOX, Library

PIN, WRONG = Secret("27182818"), Secret("31415926")
SOON = 4e9


class Visit:
    """A station that asks by hand."""

    def __init__(self, library: Library, key: SealingKey) -> None:
        self._library = library
        self._key = key
        self._asked = 0
        self.said: list[SealedSecret] = []

    def account(self, pin: Secret) -> Answer:
        sealed = self._key.seal_secret(pin)
        self.said.append(sealed)
        self._asked += 1
        question = AccountOf(self._key.seal(PatronId("KTA-1")), sealed)
        payload = encode_ask(Ask(str(self._asked), SOON, question))
        self.spoil(payload)
        self._publish("account-of", payload)
        return self._reply().answer

    def spoil(self, payload: bytes) -> None:
        """The same in three ways that no server can use, one with the PIN for all to read."""
        secret = self.said[-1].reveal().encode()
        self._publish("identify", payload)
        self._publish("account-of", payload[:-9])
        self._publish("account-of", payload.replace(secret, PIN.reveal().encode()))
        self._library.say(Channel.STATE, payload)

    def _publish(self, kind: str, payload: bytes) -> None:
        topic = str(Topic(SITE, BOX, Channel.ASK, kind))
        self._library.box.line.publish(topic, payload, retain=False)

    def _reply(self) -> Reply:
        wanted = str(Topic(SITE, BOX, Channel.REPLY))

        def told(event: Event) -> Reply | None:
            if isinstance(event, Received) and event.topic == wanted:
                return decode_reply(event.payload)
            return None

        return self._library.box.until(told)


def traces(folder: Path, secrets: list[bytes]) -> list[Path]:
    """Where any stands, but for the broker's store, which holds what was on its way at a save."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    kept = [path for path in files if not path.name.startswith("mosquitto.db")]
    return [path for path in kept if any(one in path.read_bytes() for one in secrets)]


def set_pin(folder: Path) -> None:
    command = [sys.executable, "-m", "server", "members", "pin", "--member", "KTA-1"]
    command += ["--settings", str(folder / "server.toml")]
    subprocess.run(command, input=f"{PIN.reveal()}\n", text=True, check=True, timeout=60)


def test_a_visit_with_a_pin_leaves_none_behind(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    mosquitto = started_mosquitto(tmp_path / "broker")
    library = Library(tmp_path, f"sqlite:///{tmp_path / 'server.db'}", mosquitto)
    engine = open_engine(library.database)
    with transaction(engine) as connection:
        stock(connection)
    engine.dispose()
    set_pin(tmp_path)
    public = (tmp_path / "keys" / "sealing.pub").read_text(encoding="ascii")
    visit = Visit(library, SealingKey.read(public))
    assert isinstance(visit.account(PIN), Account)
    told = [visit.account(WRONG) for _ in range(5)]
    assert told == [Refusal(Reason.WRONG_PIN)] * 4 + [Refusal(Reason.PIN_LOCKED)]
    library.crash()
    library.start()
    assert visit.account(PIN) == Refusal(Reason.PIN_LOCKED)
    said = [one.reveal().removeprefix(SECRET_PREFIX) for one in visit.said]
    plain = [PIN.reveal().encode(), WRONG.reveal().encode()]
    sealed = [one[20:60].encode() for one in said] + [urlsafe_b64decode(one[:40]) for one in said]
    assert traces(tmp_path, plain + sealed) == []
    stop(library.server)
    library.box.line.close()
    mosquitto.stop()
    assert traces(tmp_path, plain + sealed) == []
    stored = (tmp_path / "broker" / "mosquitto.db").read_bytes()
    assert not any(one in stored for one in plain)
    logged = "".join(capfd.readouterr())
    assert "line up" in logged
    assert not any(one.decode("latin-1") in logged for one in plain + sealed)

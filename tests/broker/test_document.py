"""The written contract is the contract: both files are what the types say, and hold together."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from broker import wire
from broker.asyncapi import asyncapi
from broker.document import FOLDER, contract, main
from broker.examples import Example, examples
from broker.facts import Acknowledgement
from broker.kinds import ANSWERS, FACTS, QUESTIONS
from broker.telemetry import Birth, Presence, SettingsDesired, SettingsReported, State
from broker.topics import Channel

SNAPSHOTS = (Birth, State, SettingsDesired, SettingsReported, Acknowledgement)


def decoded(example: Example) -> object:
    match example.channel:
        case Channel.FACT:
            return wire.decode_entry(example.payload).fact
        case Channel.ASK:
            return wire.decode_ask(example.payload).question
        case Channel.REPLY:
            return wire.decode_reply(example.payload).answer
        case Channel.STATUS:
            return wire.decode_presence(example.payload)
        case _:
            cls: type = type(example.message)
            known: object = wire.decode_snapshot(example.payload, cls)
            return known


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [one for value in node.values() for one in references(value)]
    if isinstance(node, list):
        return [one for value in node for one in references(value)]
    return []


def at(document: Any, reference: str) -> Any:
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document


def test_both_files_are_what_the_types_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0
    assert capsys.readouterr().err == ""


def test_a_stale_file_is_named_and_fails_the_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    (tmp_path / "asyncapi.yaml").write_text("asyncapi: 2.0.0\n", encoding="utf-8")
    assert main(["--check"], tmp_path) == 1
    said = capsys.readouterr().err
    assert "asyncapi.yaml" in said
    assert "CONTRACT.md" not in said


def test_a_missing_file_fails_the_check(tmp_path: Path) -> None:
    assert main(["--check"], tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    main([], tmp_path)
    first = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    main([], tmp_path)
    assert first == {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert first == {name: (FOLDER / name).read_bytes() for name in first}


def test_every_message_of_the_contract_has_one_example() -> None:
    known = {*FACTS.values(), *QUESTIONS.values(), *ANSWERS.values()}
    shown = [type(one.message) for one in examples()]
    assert len(shown) == len(set(shown))
    assert set(shown) == known | {*SNAPSHOTS, Presence}
    assert {one.channel for one in examples()} == set(Channel)


@pytest.mark.parametrize("example", examples(), ids=lambda one: type(one.message).__name__)
def test_an_example_is_read_back_as_itself(example: Example) -> None:
    assert decoded(example) == example.message


@pytest.mark.parametrize("example", examples(), ids=lambda one: type(one.message).__name__)
def test_the_page_shows_every_message_with_its_topic(example: Example) -> None:
    page = contract()
    assert f"### {type(example.message).__name__}\n" in page
    assert f"`{example.channel.value}" in page


def test_every_link_of_the_page_has_its_heading() -> None:
    page = contract()
    headings = {line.strip("# ").lower() for line in page.splitlines() if line.startswith("#")}
    links = {part.partition(")")[0] for part in page.split("](#")[1:]}
    assert links <= headings


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = msgspec.yaml.decode(asyncapi())
    for reference in references(document):
        assert at(document, reference) is not None
    # The specification's rule: an operation's messages come from its own channel.
    assert set(document["operations"]) == set(document["channels"]) - {"reply"}

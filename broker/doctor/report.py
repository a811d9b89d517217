"""Tells people, programs and the log what was found: Indonesian first, then English."""

import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Annotated, Final

import msgspec
import structlog
import typer

from broker.doctor.checks import Check, Outcome, Unsafe, failed

LANGUAGES: Final = ("id", "en")

log: Final = structlog.get_logger()

CheckOnly = Annotated[bool, typer.Option("--check", help="say whether all is well, and end")]
AsJson = Annotated[bool, typer.Option("--json", help="with --check: for programs")]
Words = Mapping[str, Mapping[str, Mapping[str, str]]]  # language, check, code


def read_words() -> Words:
    """Every language's sentences, by check and code."""
    folder = resources.files(__name__.rpartition(".")[0])
    return {
        language: tomllib.loads((folder / f"{language}.toml").read_text("utf-8"))
        for language in LANGUAGES
    }


def sentence(check: Check, language: str, words: Words) -> str:
    return words[language][check.name][check.code].format(**check.places)


def lines(checks: Sequence[Check], words: Words) -> list[str]:
    """One line for each check: how it is, what it is about, and what to do."""
    return [
        f"{words['id']['outcome'][check.outcome.value]:9} {check.name:12} "
        + " | ".join(sentence(check, language, words) for language in LANGUAGES)
        for check in checks
    ]


def as_json(checks: Sequence[Check], words: Words) -> str:
    """One object: how many must be put right, and every check."""
    told = [
        {
            "check": check.name,
            "outcome": check.outcome.value,
            "code": check.code,
            **{language: sentence(check, language, words) for language in LANGUAGES},
        }
        for check in checks
    ]
    errors = sum(failed([check]) for check in checks)
    return msgspec.json.encode({"errors": errors, "checks": told}).decode()


def examine(checks: Sequence[Check], *, only: bool, json: bool) -> None:
    """Before a program starts. Raises Unsafe for what would lose facts.

    `only`: prints what was found and ends with status 1 if anything has to be put right.
    """
    words = read_words()
    if only:
        typer.echo(as_json(checks, words) if json else "\n".join(lines(checks, words)))
        raise typer.Exit(1 if failed(checks) else 0)
    for check in checks:
        if check.outcome is not Outcome.WELL:
            what = sentence(check, "en", words)
            log.warning("check", name=check.name, code=check.code, what=what)
    unsafe = [sentence(one, "en", words) for one in checks if one.outcome is Outcome.UNSAFE]
    if unsafe:
        raise Unsafe(" ".join(unsafe))

"""PROOF.md as a function of the figures that were kept. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from textwrap import fill
from typing import Any, Final

Figures = Mapping[str, Any]

_HEAD: Final = """\
# What is proved, and how to prove it again

Made by `./run proof` from `tests/proof/figures.json`; do not edit. Every figure below was printed
by the command beside it. Each command ends with status 1 when a single promise was broken, and
names the seed that repeats the run. Commands over real processes repeat the plan, not the very
millisecond.

| promise | proved by |
| --- | --- |
| If the screen or the return box said yes, the records will say yes | [crash](#crash), \
[kill](#kill), [simulate](#simulate), [load](#load) |
| Each loan and each return counts once | the same, and [storm](#storm) |
| A book leaves unsecured only if its loan is recorded, or staff are told | [crash](#crash), \
[kill](#kill), [simulate](#simulate) |
| A bad message holds nobody up | [fuzz](#fuzz) |
| Nothing outside the library's own tables tells who reads what | [canary](#canary) |

A clean count is not "never": no failure in N independent trials means that fewer than 3 in N fail,
with 95 % confidence. The figures say N.
"""
_FOOT: Final = """\
## What is not proved here

- A power cut of a real machine: cuts are played on the very bytes that were written, and processes
  are killed, but no plug was pulled. A memory card that lies about having written is not covered.
- Real readers and tags: they are simulated on real terminals, down to single bytes. The same tests
  run on a real station with `./run test tests/contract --station=FILE`.
- PostgreSQL's own behaviour in a power cut: it is stopped at once and killed, not cut.
"""


@dataclass(frozen=True, slots=True)
class Section:
    """One command: what it does in words, how to repeat it, and its rows."""

    name: str
    title: str
    words: str
    repeat: Callable[[Figures], str]
    rows: tuple[tuple[str, str], ...]


SECTIONS: Final = (
    Section(
        "simulate",
        "Mornings of bad weather, in virtual time",
        "The real cores of kiosks, box and server run on real databases while messages are lost, "
        "doubled and late, power goes on either side of every commit, and tags are torn away.",
        lambda figures: f"./run simulate --seeds {figures['seeds']}",
        (("seeds", "mornings"), ("facts", "loans and returns"), ("faults", "faults")),
    ),
    Section(
        "planted",
        "Mistakes put in on purpose",
        "A test that cannot fail proves nothing: each known mistake is built in, and must be seen.",
        lambda _: "./run simulate --planted all",
        (("planted", "mistakes planted"), ("caught", "caught")),
    ),
    Section(
        "crash",
        "The power cut at every moment",
        "Whole days of a kiosk, a return box and a server are recorded call by call. The power is "
        "then cut at any call: what the disk had not been told to keep may be missing, in part or "
        "torn. The program starts on what is left, and all that was shown or acknowledged must be "
        "there. The control, with the database told to be careless, must lose, and does.",
        lambda figures: f"./run crash --count {figures['states']} --seed {figures['seed']}",
        (
            ("states", "power cuts"),
            ("lost", "with something lost"),
            ("corrupt", "with a damaged file"),
            ("control_states", "cuts of the careless control"),
            ("control_lost", "of which lost something, as they must"),
            ("control_corrupt", "of which damaged a file, as they must"),
        ),
    ),
    Section(
        "kill",
        "Programs killed while people borrow and return",
        "Kiosk, return box, server, broker and database run as real programs with simulated "
        "readers and cards, on SQLite and on PostgreSQL, and are killed one or two at a time. "
        "Nobody helps.",
        lambda figures: f"./run kill --count {figures['kills']} --seed {figures['seed']}",
        (
            ("kills", "kills"),
            ("facts", "facts recorded"),
            ("promises", "of which a screen said so"),
            ("recoveries", "acts torn apart and settled at the next start"),
            ("settled_in", "seconds from the last kill until all was settled, visits too"),
        ),
    ),
    Section(
        "weather",
        "The same on bad lines",
        "As above, through a proxy that delays, slows, slices, cuts, half-opens and resets every "
        "connection: stations to broker, server to broker, server to database.",
        lambda figures: f"./run kill --proxy --count {figures['kills']} --seed {figures['seed']}",
        (
            ("kills", "kills"),
            ("weather", "spells of bad weather"),
            ("facts", "facts recorded"),
            ("settled_in", "seconds from the last kill until all was settled, visits too"),
        ),
    ),
    Section(
        "load",
        "A branch's ordinary day, with a fault every 30 seconds",
        "Ten kiosks and two return boxes as real programs, on PostgreSQL. Seconds are from the "
        "station's disk to the server's word that it is recorded there.",
        lambda figures: f"./run load --minutes {figures['minutes']:.0f} --seed {figures['seed']}",
        (
            ("minutes", "minutes"),
            ("facts", "facts recorded"),
            ("facts_per_second", "facts a second"),
            ("p50", "seconds, half of them sooner"),
            ("p99", "seconds, 99 of 100 sooner"),
            ("slowest", "seconds, the slowest"),
        ),
    ),
    Section(
        "storm",
        "Everybody comes back at once",
        "Devices with a week's queue reconnect within a minute, and PostgreSQL takes it all in, "
        "while twenty others go on at twenty facts a second.",
        lambda figures: (
            f"./run storm --devices {figures['devices']}"
            f" --facts {figures['facts'] // figures['devices']} --seed {figures['seed']}"
        ),
        (
            ("devices", "devices"),
            ("facts", "facts queued"),
            ("drained_in", "seconds until all were recorded (promised: 900)"),
            ("live_p50", "seconds for the others' facts, half of them sooner"),
            ("live_p99", "seconds, 99 of 100 sooner (promised: 30)"),
        ),
    ),
    Section(
        "fuzz",
        "Spoilt bytes",
        "Every decoder, and the server's whole intake, is fed real messages that were cut, "
        "flipped, doubled and glued. Good messages beside them must be taken all the same.",
        lambda figures: (
            f"./run fuzz --count {figures['inputs'] // figures['parsers']} --seed {figures['seed']}"
        ),
        (("parsers", "decoders"), ("inputs", "spoilt inputs"), ("surprises", "surprises")),
    ),
    Section(
        "canary",
        "Nobody's reading leaves a trace",
        "Visits in which every card, member number, name and title exists once. Then every file, "
        "log, message, drawn screen and database cell is searched for each of them, in every form.",
        lambda figures: f"./run canary --visits {figures['visits']} --seed {figures['seed']}",
        (
            ("visits", "visits"),
            ("files", "files searched"),
            ("messages", "messages searched"),
            ("scenes", "drawn screens searched"),
        ),
    ),
)


def page(kept: Mapping[str, Figures]) -> str:
    """The whole page; a command nobody has run yet is named as such."""
    return "\n".join((_HEAD, *(_section(one, kept.get(one.name)) for one in SECTIONS), _FOOT))


def broken(figures: Figures) -> int:
    """How many promises a run broke, by its own account."""
    if "violations" in figures:
        return int(figures["violations"])
    return len(figures.get("surprises", ())) + len(figures.get("missed", ()))


def _section(section: Section, run: Figures | None) -> str:
    anchor = f'## {section.title} <a id="{section.name}"></a>'
    lines = [anchor, "", fill(section.words, 100), ""]
    if run is None:
        return "\n".join((*lines, "Not run yet.", ""))
    figures = run["figures"]
    found = broken(figures)
    verdict = "No promise was broken." if found == 0 else f"**{found} promises were broken.**"
    lines += [f"`{section.repeat(figures)}`, {run['date']}, {run['machine']}. {verdict}", ""]
    lines += ["| | |", "| ---: | --- |"]
    lines += [f"| {_number(figures[key])} | {words} |" for key, words in section.rows]
    return "\n".join((*lines, ""))


def _number(value: object) -> str:
    """With thin groups of three; a list by its length."""
    if isinstance(value, list):
        value = len(value)
    return f"{value:,}"

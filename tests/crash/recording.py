"""What a program wrote, call by call, as strace heard it, with what its witness saw in between.

Only calls on files below one folder count. A call that changes a file in a way nobody here knows
is an error: a recording with holes would prove nothing.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KNOWN = ("openat", "pwrite64", "write", "fsync", "fdatasync", "ftruncate", "unlink", "mkdir")
REFUSED = (
    *("open", "creat", "truncate", "rename", "renameat", "renameat2", "unlinkat", "rmdir"),
    *("link", "linkat", "symlink", "symlinkat", "mkdirat", "writev", "pwritev", "pwritev2"),
    *("fallocate", "copy_file_range", "sync_file_range", "sendfile"),
)
_CALL = re.compile(r"\d+ +(\w+)\((.*)\) += (-?\d+)(?:<.*>)?(?: .*)?$")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_DESCRIPTOR = re.compile(r"(\d+)<((?:\\x[0-9a-f]{2})*)>")


@dataclass(frozen=True, slots=True)
class Opened:
    """A file, or a folder, is open under a descriptor; made new if there was none."""

    path: str
    descriptor: int
    may_make: bool


@dataclass(frozen=True, slots=True)
class Wrote:
    descriptor: int
    at: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """The file ends at `size` from here on."""

    descriptor: int
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    descriptor: int


@dataclass(frozen=True, slots=True)
class Removed:
    path: str


@dataclass(frozen=True, slots=True)
class FolderMade:
    path: str


@dataclass(frozen=True, slots=True)
class Saw:
    """The witness's word: what anybody outside could know from here on."""

    what: dict[str, Any]


Call = Opened | Wrote | Cut | Synced | Removed | FolderMade | Saw


class BadRecording(Exception):
    """strace heard something the model of the disk does not know, or the program failed."""


def record(command: Sequence[str], output: Path) -> None:
    """Runs a program to its end under strace. Raises BadRecording when it fails."""
    watched = ",".join((*KNOWN, *REFUSED))
    strace = ["strace", "-f", "--seccomp-bpf", "-xx", "-y", "-s", "4000000", "-o", str(output)]
    done = subprocess.run(
        [*strace, "-e", f"trace={watched}", *command], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BadRecording(f"{' '.join(command)}: {done.stderr}")


def heard(recorded: Path, folder: Path, witness: Path) -> Iterator[Call]:
    """The calls on files below `folder`, paths relative to it, and the witness's words."""
    below = f"{folder}/"
    for line in recorded.read_text(encoding="ascii").splitlines():
        found = _CALL.fullmatch(line)
        if found is None:
            if "unfinished" in line or "resumed" in line:
                raise BadRecording(f"two threads at once: {line[:200]}")
            continue
        name, arguments, result = found[1], found[2], int(found[3])
        if result < 0:
            continue
        path = _path(name, arguments, line)
        if name == "write" and path == str(witness):
            yield Saw(json.loads(_content(arguments)))
        elif f"{path}/".startswith(below):
            yield _call(name, arguments, result, path[len(below) :])


def _path(name: str, arguments: str, line: str) -> str:
    """The file a call is about."""
    if name in {"openat", "unlink", "mkdir", *REFUSED}:
        found = _TEXT.search(arguments)
        text = "" if found is None else _decoded(found[1]).decode()
        return text or _named(arguments, line)
    return _named(arguments, line)


def _named(arguments: str, line: str) -> str:
    found = _DESCRIPTOR.match(arguments)
    if found is None:
        raise BadRecording(line[:200])
    return _decoded(found[2]).decode()


def _call(name: str, arguments: str, result: int, path: str) -> Call:
    match name:
        case "openat" if "O_TRUNC" not in arguments:
            return Opened(path, result, may_make="O_CREAT" in arguments)
        case "pwrite64":
            content = _content(arguments)[:result]
            return Wrote(_descriptor(arguments), int(arguments.rpartition(", ")[2]), content)
        case "ftruncate":
            return Cut(_descriptor(arguments), int(arguments.rpartition(", ")[2]))
        case "fsync" | "fdatasync":
            return Synced(_descriptor(arguments))
        case "unlink":
            return Removed(path)
        case "mkdir":
            return FolderMade(path)
        case _:
            raise BadRecording(f"{name} on {path}: teach the disk what that means")


def _descriptor(arguments: str) -> int:
    return int(arguments.partition("<")[0])


def _content(arguments: str) -> bytes:
    found = _TEXT.search(arguments)
    return b"" if found is None else _decoded(found[1])


def _decoded(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))

"""Tags of one item, gathered into the one book a visit knows: parts of a set have a tag each.

Law: no I/O. A book is known by the tag of it that came first, until the last of its tags has left;
it has a problem while a part is missing; what is written to it is written to every tag of it.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from devices.capabilities import TagUid
from devices.security import Security
from devices.sets import sets_on_pad
from devices.tags.content import BookTag, TagContent
from kiosk.eligibility import tag_arrived
from kiosk.happenings import Problem, TagArrived, TagLeft


@dataclass(frozen=True, slots=True)
class _Tag:
    content: TagContent
    secured: bool


@dataclass(slots=True)
class _Gathered:
    """`here` are the tags in the field, in order of arrival; `joined` all that ever were."""

    lead: TagUid
    joined: dict[TagUid, _Tag] = field(default_factory=dict)
    here: dict[TagUid, _Tag] = field(default_factory=dict)


class Gathering:
    """What lies on one pad. `owners` are the ISILs of this library.

    In a bin parts fall one after the other, and each is taken back for itself: not `together`.
    """

    def __init__(self, owners: AbstractSet[str], *, together: bool = True) -> None:
        self._owners = owners
        self._together = together
        self._books: list[_Gathered] = []

    def arrived(self, uid: TagUid, content: TagContent, security: Security | None) -> TagArrived:
        """The book this tag is, or belongs to."""
        tag = _Tag(content, security is Security.SECURED)
        book = self._book_of(uid) or self._set_of(content) or self._new(uid)
        book.joined[uid] = book.here[uid] = tag
        return self._told(book)

    def left(self, uid: TagUid) -> TagArrived | TagLeft:
        """The book again, while other tags of it still lie there."""
        book = self._book_of(uid)
        if book is None:
            return TagLeft(uid)
        book.here.pop(uid, None)
        if book.here:
            return self._told(book)
        self._books.remove(book)
        return TagLeft(book.lead)

    def tags_of(self, uid: TagUid) -> tuple[TagUid, ...]:
        """Every tag of the book which that tag is, or belongs to."""
        book = self._book_of(uid)
        return (uid,) if book is None else tuple(book.joined)

    def _book_of(self, uid: TagUid) -> _Gathered | None:
        return next((book for book in self._books if uid in book.joined), None)

    def _set_of(self, content: TagContent) -> _Gathered | None:
        """The set of the same item and owner that lies there, if this is a part of one."""
        if not self._together or not isinstance(content, BookTag) or content.parts <= 1:
            return None
        whole = (content.item, content.owner)
        for book in self._books:
            first = book.joined[book.lead].content
            if isinstance(first, BookTag) and (first.item, first.owner) == whole:
                return book
        return None

    def _new(self, uid: TagUid) -> _Gathered:
        book = _Gathered(uid)
        self._books.append(book)
        return book

    def _told(self, book: _Gathered) -> TagArrived:
        first = book.joined[book.lead]
        secured = all(tag.secured for tag in book.here.values())
        told = replace(
            tag_arrived(book.lead, first.content, self._owners, secured=secured),
            tags=frozenset(book.here),
        )
        contents = [tag.content for tag in book.here.values()]
        for one in sets_on_pad(tag for tag in contents if isinstance(tag, BookTag)):
            if told.problem is None and one.missing:
                told = replace(
                    told, problem=Problem.INCOMPLETE, missing=one.missing, parts=one.parts
                )
        return told

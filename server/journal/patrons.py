"""A patron in a column: the number, or NULL once retention has taken it out."""

from broker.vocabulary import ERASED, ErasedPatron, Patron, PatronId


def to_column(patron: Patron | None) -> str | None:
    """What is kept. Raises ValueError for one that is still sealed: it is opened at intake."""
    match patron:
        case PatronId():
            return patron.reveal()
        case ErasedPatron() | None:
            return None
        case _:
            raise ValueError("a sealed patron cannot be kept; open it first")


def from_column(number: str | None) -> Patron:
    """Whom a row names that had a patron when it was written."""
    return ERASED if number is None else PatronId(number)

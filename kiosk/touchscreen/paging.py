"""Which rows stand on which page, and how many buttons stand side by side. Pure."""

from collections.abc import Sequence


def paginate(heights: Sequence[float], gap: float, room: float) -> list[list[int]]:
    """Row numbers page by page: as many as fit into `room`, at least one.

    >>> paginate([40, 40, 40], 10, 100)
    [[0, 1], [2]]
    >>> paginate([], 10, 100)
    [[]]
    """
    pages: list[list[int]] = [[]]
    used = 0.0
    for at, height in enumerate(heights):
        if pages[-1] and used + height > room:
            pages.append([])
            used = 0.0
        pages[-1].append(at)
        used += height + gap
    return pages


def columns(widths: Sequence[float], gap: float, room: float) -> int:
    """How many equally wide columns hold the widest of `widths`; as many as possible, at least one.

    >>> columns([40, 30, 45], 10, 155), columns([40, 30, 45], 10, 154), columns([400], 10, 155)
    (3, 2, 1)
    """
    for count in range(len(widths), 1, -1):
        if max(widths) <= (room - gap * (count - 1)) / count:
            return count
    return 1


def packed(widths: Sequence[float], gap: float, room: float) -> int:
    """How many of `widths` stand side by side as broad as each is; at least one.

    >>> packed([90, 20, 20], 10, 100), packed([60, 20], 10, 100), packed([60, 50], 10, 100)
    (2, 2, 1)
    """
    for count in range(len(widths), 1, -1):
        found = ([widths[at] for at in row] for row in rows(len(widths), count))
        if all(sum(row) + gap * (len(row) - 1) <= room for row in found):
            return count
    return 1


def rows(count: int, across: int) -> list[range]:
    """`count` things, `across` in a row; a short row comes first, for the last thing is the main.

    >>> rows(3, 2), rows(4, 2)
    ([range(0, 1), range(1, 3)], [range(0, 2), range(2, 4)])
    """
    short = count % across
    starts = [0, *range(short, count, across)] if short else list(range(0, count, across))
    ends = [*starts[1:], count]
    return [range(start, end) for start, end in zip(starts, ends, strict=True)]

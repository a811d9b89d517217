"""Which rows stand on which page. Pure."""


def paginate(heights: list[float], gap: float, room: float) -> list[list[int]]:
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

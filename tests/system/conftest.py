"""A database of either kind for whoever starts a server."""

from tests.databases import cluster, empty_url

__all__ = ["cluster", "empty_url"]

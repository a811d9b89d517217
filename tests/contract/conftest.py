"""The databases that systems of the contract are tried on: one server of each for the session."""

from tests.databases import cluster, migrated_file, migrated_template
from tests.mariadb import mariadb

__all__ = ["cluster", "mariadb", "migrated_file", "migrated_template"]

"""Every server test may ask for an engine; it then runs on both databases."""

from tests.databases import (
    cluster,
    database_url,
    empty_url,
    engine,
    migrated_file,
    migrated_template,
)
from tests.mariadb import mariadb

__all__ = [
    "cluster",
    "database_url",
    "empty_url",
    "engine",
    "mariadb",
    "migrated_file",
    "migrated_template",
]

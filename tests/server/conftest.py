"""Every server test may ask for an engine; it then runs on both databases."""

from tests.databases import (
    cluster,
    database_url,
    empty_url,
    engine,
    migrated_file,
    migrated_template,
)

__all__ = ["cluster", "database_url", "empty_url", "engine", "migrated_file", "migrated_template"]

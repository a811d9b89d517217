"""The databases the built-in library is tried on."""

from tests.databases import cluster, migrated_file, migrated_template

__all__ = ["cluster", "migrated_file", "migrated_template"]

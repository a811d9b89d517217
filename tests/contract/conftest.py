"""Systems that keep their records in MariaDB share one server."""

from tests.mariadb import mariadb

__all__ = ["mariadb"]

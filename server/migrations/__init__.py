"""The schema's history: one step per change, from an empty database to the newest tables."""

from alembic import command
from alembic.config import Config

from server.journal.database import open_engine


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema; nothing happens when it is there.

    All steps are one transaction: an interrupted migration leaves the old schema. Raises as
    `open_engine`.
    """
    engine = open_engine(url)
    config = Config()
    config.set_main_option("script_location", "server:migrations")
    config.set_main_option("path_separator", "os")
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()

"""The schema's history: one step per change, from an empty database to the newest tables.

Law: forward only. Going back is restoring the backup; the stations send again what it lacks.
"""

from broker.fault_points import fault_point
from server.journal.database import open_engine, transaction


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema; nothing happens when it is there.

    All steps are one transaction: an interrupted migration leaves the old schema. Raises
    BadSettings, DatabaseUnfit or DatabaseFailed.
    """
    from alembic import command  # noqa: PLC0415 a tenth of every other command's start
    from alembic.config import Config  # noqa: PLC0415

    engine = open_engine(url)
    config = Config()
    config.set_main_option("script_location", "server:migrations")
    config.set_main_option("path_separator", "os")
    try:
        with transaction(engine) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            fault_point("S11")
    finally:
        engine.dispose()

"""Dagster's event log in Postgres, with connections that stay open.

Belongs here: how the database is connected to. Does not belong here: what is logged, which database it is
(``instance``).

Dagster's own class makes a connection for each statement, and each statement then waits for the server's disk: ten
statements an event cost more than most steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster._core.storage.config import PostgresStorageConfig
from dagster._serdes import ConfigurableClassData
from dagster_postgres.event_log import PostgresEventLogStorage
from dagster_postgres.utils import pg_url_from_config
from sqlalchemy import create_engine, event


class OpenPostgresEventLogStorage(PostgresEventLogStorage):
    """The same tables as Dagster's own class.

    The server writes to disk within a second after it has answered. A power cut may take the last events of the
    history, never one from between others: what they told of is done again.
    """

    def __init__(
        self, postgres_url: str, should_autocreate_tables: bool = True, inst_data: ConfigurableClassData | None = None
    ) -> None:
        """Open the log.

        Parameters
        ----------
        postgres_url
            Address of the database, as SQLAlchemy takes it.
        should_autocreate_tables
            Whether tables that are missing are made.
        inst_data
            How Dagster found this class.
        """
        super().__init__(postgres_url, should_autocreate_tables, inst_data)
        self._engine = create_engine(
            postgres_url,
            isolation_level="AUTOCOMMIT",
            # Some statements are sent while another's connection is in use.
            pool_size=2,
            max_overflow=-1,
            # A server that was started again in between is connected to anew.
            pool_pre_ping=True,
        )
        event.listen(self._engine, "connect", _answer_before_the_disk)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: PostgresStorageConfig | Mapping[str, Any]
    ) -> OpenPostgresEventLogStorage:
        """Return the storage that ``dagster.yaml`` describes."""
        return cls(pg_url_from_config(config_value), inst_data=inst_data)

    def dispose(self) -> None:
        """Close all connections."""
        super().dispose()
        self._engine.dispose()


def _answer_before_the_disk(connection: Any, _: object) -> None:
    """Set for the session that a commit does not wait until it is on the disk."""
    with connection, connection.cursor() as cursor:
        cursor.execute("set synchronous_commit to off")

"""dbt as a resource of Dagster that starts quickly.

Belongs here: what dagster-dbt asks before each command, answered without a process. Does not belong here: which
commands there are, what is read from the warehouse.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from dagster_dbt import DbtCliResource
from dbt.version import __version__ as dbt_version
from packaging.version import Version


class PinnedDbt(DbtCliResource):
    """The dbt that is installed beside this code.

    dagster-dbt starts ``dbt --version`` to know which engine it has, which takes three seconds, and loads project and
    macros to count rows itself, which takes another one a command. The version is that of the package, and rows are
    counted by the warehouse (``row_counts``).
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(dbt_version)

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:  # type: ignore[override]
        """Open no second way into the warehouse."""

"""Models, metrics, splits, registry and monitoring, and the thin Dagster assets over them.

Belongs here: everything that is about learning from tables. Does not belong here: dbt, DuckDB, Postgres,
files of raw data; tables are only known as frames asked of a ``Warehouse``. Never imports ``ecom_assets``.
"""

import os

# Threads that wait for each other by spinning take minutes for seconds of work as soon as others want the cores too.
# Read when a library of numbers is loaded, which all modules of this package come before.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
